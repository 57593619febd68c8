import type { Order, Payment } from "@/api/schema";

/** What paying an order means now. */
export type PayState =
  /** It can be paid. `open`: a payment is under way; `failed`: the last attempt failed; `byHand`: money is awaited by bank or in cash. */
  | { kind: "due"; open: Payment | null; failed: Payment | null; byHand: Payment | null }
  /** The money has arrived or is on its way, and the order does not know it yet. */
  | { kind: "confirming" }
  | { kind: "paid" }
  | { kind: "refunded" }
  | { kind: "cancelled" }
  /** The time to pay is over. */
  | { kind: "expired" }
  /** It asks for a price, and none was accepted. */
  | { kind: "unpriced"; offered: boolean }
  | { kind: "nothing" };

/** The state of paying, by the rules of the payment service. `payments` are the order's, newest first. */
export function payStateOf(order: Order, payments: readonly Payment[], now: number): PayState {
  const { paymentStatus, status, quote, expiresAt, total } = order;
  if (paymentStatus === "REFUNDED") return { kind: "refunded" };
  if (paymentStatus !== "UNPAID" && paymentStatus !== "FAILED") return { kind: "paid" };
  if (status === "CANCELLED") return { kind: "cancelled" };
  if (quote && quote.state !== "ACCEPTED") return { kind: "unpriced", offered: quote.state === "OFFERED" };
  if (payments.some(({ state }) => state === "SUCCEEDED" || state === "AUTHORIZED")) return { kind: "confirming" };
  if (expiresAt && Date.parse(expiresAt) <= now) return { kind: "expired" };
  if (total.amount <= 0) return { kind: "nothing" };
  const [last] = payments.filter(({ provider }) => provider !== "MANUAL");
  return {
    kind: "due",
    open: last?.state === "PENDING" ? last : null,
    failed: last?.state === "FAILED" ? last : null,
    byHand: payments.find(({ provider, state }) => provider === "MANUAL" && state === "PENDING") ?? null,
  };
}

/** Whether the money is, or was, here. */
export function wasPaid({ state }: Pick<Payment, "state">): boolean {
  return state === "SUCCEEDED" || state === "REFUNDING" || state === "REFUNDED";
}

/** The address of a provider's page; null if it is none that a browser may be sent to. */
export function providerPage(url: string | null): string | null {
  if (!url) return null;
  try {
    const page = new URL(url, location.origin);
    return page.protocol === "https:" || page.protocol === "http:" ? page.href : null;
  } catch {
    return null;
  }
}

/** Seconds until a time, as minutes and seconds such as 9:05, or hours such as 1:09:05; null if it has passed. */
export function timeLeft(until: string, now: number): string | null {
  const seconds = Math.ceil((Date.parse(until) - now) / 1000);
  if (!(seconds > 0)) return null;
  const pad = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(seconds % 60)}` : `${minutes}:${pad(seconds % 60)}`;
}
