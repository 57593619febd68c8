import type { Order, OrderStatus, PaymentStatus } from "@/api/schema";

// In the order in which filters offer them.
export const ORDER_STATUSES: readonly OrderStatus[] = ["PENDING", "IN_PROGRESS", "ON_HOLD", "COMPLETED", "CANCELLED"];
export const PAYMENT_STATUSES: readonly PaymentStatus[] = [
  "UNPAID",
  "AUTHORIZED",
  "PAID",
  "PARTIALLY_REFUNDED",
  "REFUNDED",
  "FAILED",
];

/** Whether it still has to be paid: nothing was paid, or the last attempt failed. */
export function isDue({ paymentStatus }: Pick<Order, "paymentStatus">): boolean {
  return paymentStatus === "UNPAID" || paymentStatus === "FAILED";
}

/** Whether it has no price that its customer agreed to. */
export function isUnpriced({ quote }: Pick<Order, "quote">): boolean {
  return quote !== null && quote.state !== "ACCEPTED";
}

/** Whether nothing can happen to it any more, apart from payments. */
export function isOver({ status }: Pick<Order, "status">): boolean {
  return status === "COMPLETED" || status === "CANCELLED";
}

/** Whether its customer can accept an offer now. */
export function hasOpenOffer({ status, quote }: Pick<Order, "status" | "quote">, now = Date.now()): boolean {
  if (status !== "PENDING" || quote?.state !== "OFFERED") return false;
  return quote.validUntil === null || new Date(quote.validUntil).getTime() > now;
}

/** Whether a payment can be started now: the rules of the payment service. */
export function isPayable(
  order: Pick<Order, "status" | "paymentStatus" | "quote" | "total" | "expiresAt">,
  now = Date.now(),
): boolean {
  if (!isDue(order) || order.status === "CANCELLED" || isUnpriced(order) || order.total.amount <= 0) return false;
  return order.expiresAt === null || new Date(order.expiresAt).getTime() > now;
}

/** Whether the customer gets money back if it is cancelled. */
export function isPaid({ paymentStatus, total }: Pick<Order, "paymentStatus" | "total">): boolean {
  const holds = paymentStatus === "PAID" || paymentStatus === "PARTIALLY_REFUNDED" || paymentStatus === "AUTHORIZED";
  return holds && total.amount > 0;
}
