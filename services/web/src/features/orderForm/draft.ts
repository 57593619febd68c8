import { EMPTY, type Line, type Subject, type Values } from "./values";

const DRAFT = "waybill.orderForm";

/** Keeps what is typed in the tab, without the password. */
export function keepDraft(values: Values): void {
  sessionStorage.setItem(DRAFT, JSON.stringify({ ...values, password: "" }));
}

/** What was typed before; empty fields for what was not. */
export function readDraft(country = ""): Values {
  const kept = parsed(sessionStorage.getItem(DRAFT));
  const texts = Object.keys(EMPTY).filter((name) => typeof kept[name] === "string");
  const values: Values = { ...EMPTY, country, ...Object.fromEntries(texts.map((name) => [name, kept[name]])) };
  return { ...values, subject: subjectOf(values.subject), lines: linesOf(kept.lines), password: "" };
}

export function forgetDraft(): void {
  sessionStorage.removeItem(DRAFT);
}

/** An older build may have kept something else. */
function parsed(text: string | null): Record<string, unknown> {
  try {
    const kept: unknown = JSON.parse(text ?? "{}");
    return typeof kept === "object" && kept !== null ? (kept as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function subjectOf(kept: string): Subject {
  return kept === "cart" || kept === "request" ? kept : "items";
}

function linesOf(kept: unknown): Line[] {
  if (!Array.isArray(kept)) return [];
  return kept.filter((line) => typeof line?.productId === "string" && typeof line?.quantity === "string");
}
