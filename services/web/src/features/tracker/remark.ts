import type { HistoryItem, Money } from "@/api/schema";
import { minorUnits } from "@/ui/format";

/** Parts of an order that an edit can change, by the names that the history has for them. */
export const EDITED_PARTS = [
  "items",
  "title",
  "description",
  "special instructions",
  "wanted date",
  "shipping address",
  "quote",
] as const;
export type EditedPart = (typeof EDITED_PARTS)[number];

/** What is said about an event: by a person, or by the shop's software in words that are translated here. */
export type Remark =
  | { kind: "said"; text: string }
  | { kind: "changed"; parts: EditedPart[]; total: { was: Money; is: Money } | null }
  | { kind: "offered"; amount: Money; until: string }
  | { kind: "amount"; amount: Money }
  | { kind: "shipped"; carrier: string | null; number: string | null }
  | { kind: "delivered" }
  | { kind: "insteadOf"; number: string }
  | { kind: "replacedBy"; number: string; text: string | null };

/** The remark of an event; null if there is none, or if the event says as much. What is not recognised stays as it is. */
export function remarkOf({ event, note }: Pick<HistoryItem, "event" | "note">): Remark | null {
  if (!note) return null;
  const said: Remark = { kind: "said", text: note };
  switch (event) {
    case "EDITED":
      return edited(note) ?? said;
    case "QUOTED":
      return offered(note) ?? said;
    case "QUOTE_ACCEPTED": {
      const amount = amountOf(/^total (.+)$/.exec(note)?.[1]);
      return amount ? { kind: "amount", amount } : said;
    }
    case "EXPIRED":
    case "QUOTE_EXPIRED":
      return null;
    case "STATUS_CHANGED":
      return shipped(note) ?? said;
    case "COMPLETED":
      return note === "all goods are delivered" ? { kind: "delivered" } : said;
    case "REPLACED": {
      const match = /^replaced by (W\d{6}-\w+)(?:: ([\s\S]+))?$/.exec(note);
      return match?.[1] ? { kind: "replacedBy", number: match[1], text: match[2] ?? null } : said;
    }
    default: {
      const number = /^in place of (W\d{6}-\w+)$/.exec(note)?.[1];
      return number ? { kind: "insteadOf", number } : said;
    }
  }
}

function edited(note: string): Remark | null {
  const match = /^changed: ([^;]*)(?:; total (.+) → (.+))?$/.exec(note);
  if (!match) return null;
  const names = (match[1] ?? "").split(", ").filter(Boolean);
  const parts = EDITED_PARTS.filter((part) => names.includes(part));
  const was = amountOf(match[2]);
  const is = amountOf(match[3]);
  return parts.length === names.length ? { kind: "changed", parts, total: was && is ? { was, is } : null } : null;
}

function offered(note: string): Remark | null {
  const match = /^(.+), valid until (\S+)$/.exec(note);
  const amount = amountOf(match?.[1]);
  const until = match?.[2] ?? "";
  return amount && !Number.isNaN(Date.parse(until)) ? { kind: "offered", amount, until } : null;
}

function shipped(note: string): Remark | null {
  const match = /^shipped(?: by (.+?))?(?:, tracking number (.+))?$/.exec(note);
  return match ? { kind: "shipped", carrier: match[1] ?? null, number: match[2] ?? null } : null;
}

/** "450.00 USD" as an amount. */
function amountOf(text: string | undefined): Money | null {
  const match = /^(\d+(?:\.\d+)?) ([A-Z]{3})$/.exec(text ?? "");
  if (!match?.[1] || !match[2]) return null;
  const amount = minorUnits(match[1], match[2]);
  return amount === null ? null : { amount, currency: match[2] };
}
