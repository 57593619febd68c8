import type { Order } from "@/api/schema";
import { hasOpenOffer, isDue, isPaid, isPayable, isUnpriced } from "@/ui/orderFacts";

export type NextStepId =
  | "price"
  | "accept"
  | "offerEnded"
  | "pay"
  | "payAgain"
  | "payTooLate"
  | "confirming"
  | "findWorker"
  | "pack"
  | "working"
  | "workingUnpaid"
  | "shipping"
  | "held"
  | "payAfterwards"
  | "refundedOpen"
  | "done"
  | "doneRefunded"
  | "cancelled"
  | "refundComing"
  | "cancelledRefunded"
  | "replaced";

/** Who has to act. */
export type Actor = "customer" | "shop" | "worker" | "nobody";

/** What happens next with an order, who has to act, and until when. */
export type NextStep = { id: NextStepId; by: Actor; until: string | null };

function step(id: NextStepId, by: Actor, until: string | null = null): NextStep {
  return { id, by, until };
}

export function nextStepOf(order: Order, now = Date.now()): NextStep {
  switch (order.status) {
    case "CANCELLED":
      return afterCancelling(order);
    case "COMPLETED":
      if (isPayable(order, now)) return step("payAfterwards", "customer");
      return step(order.paymentStatus === "REFUNDED" ? "doneRefunded" : "done", "nobody");
    case "ON_HOLD":
      return step("held", "shop");
    case "IN_PROGRESS":
      return atWork(order, now);
    default:
      return waiting(order, now);
  }
}

function afterCancelling(order: Order): NextStep {
  if (order.replacedById) return step("replaced", "nobody");
  if (order.paymentStatus === "REFUNDED") return step("cancelledRefunded", "nobody");
  return isPaid(order) ? step("refundComing", "shop") : step("cancelled", "nobody");
}

function atWork(order: Order, now: number): NextStep {
  const by = order.assignee ? "worker" : "shop";
  if (isPayable(order, now)) return step("workingUnpaid", "customer");
  return order.kind === "GOODS" ? step("shipping", by) : step("working", by);
}

function waiting(order: Order, now: number): NextStep {
  const { quote, paymentStatus, expiresAt } = order;
  if (quote && isUnpriced(order)) {
    if (hasOpenOffer(order, now)) return step("accept", "customer", quote.validUntil);
    return quote.state === "REQUESTED" ? step("price", "shop") : step("offerEnded", "shop");
  }
  if (isDue(order)) {
    if (!isPayable(order, now)) return step("payTooLate", "nobody");
    return step(paymentStatus === "FAILED" ? "payAgain" : "pay", "customer", expiresAt);
  }
  if (paymentStatus === "AUTHORIZED") return step("confirming", "nobody");
  if (paymentStatus === "REFUNDED") return step("refundedOpen", "shop");
  return order.kind === "GOODS" ? step("pack", "shop") : step("findWorker", "shop");
}
