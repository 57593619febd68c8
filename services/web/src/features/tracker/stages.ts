import type { Order } from "@/api/schema";
import { isDue, isPaid } from "@/ui/orderFacts";

export type StageId =
  | "placed"
  | "priced"
  | "accepted"
  | "paid"
  | "working"
  | "shipping"
  | "workAndShipping"
  | "done"
  | "cancelled"
  | "replaced"
  | "refunded";

export type StageState =
  | "done"
  /** Happens now, or waits for somebody. */
  | "current"
  /** Would happen now, but the order is on hold. */
  | "held"
  /** Passed over, and still to be done. */
  | "open"
  | "ahead"
  /** The early end of the order. */
  | "stopped"
  /** Done, and taken back: a payment that was refunded. */
  | "returned";

/** One stage of an order. Exactly one stage of an order is `current`; `at` is when it was reached, if the order says so. */
export type Stage = { id: StageId; state: StageState; current: boolean; at: string | null };

/** The stages of an order, from its placing to its end, in the order in which they come. */
export function stagesOf(order: Order): Stage[] {
  return order.status === "CANCELLED" ? ended(order) : running(order);
}

function running(order: Order): Stage[] {
  const ids = stepsOf(order);
  const now = currentOf(order);
  const position = ids.indexOf(now);
  return ids.map((id, index) => ({
    id,
    state: stateOf(order, id, index - position),
    current: id === now,
    at: timeOf(order, id),
  }));
}

function stateOf(order: Order, id: StageId, distance: number): StageState {
  if (id === "paid" && order.paymentStatus === "REFUNDED") return "returned";
  if (isReached(order, id)) return "done";
  if (distance === 0) return order.status === "ON_HOLD" ? "held" : "current";
  return distance < 0 ? "open" : "ahead";
}

/** The work that the order is for. */
function workOf({ kind }: Order): StageId {
  if (kind === "GOODS") return "shipping";
  return kind === "SERVICE" ? "working" : "workAndShipping";
}

function stepsOf(order: Order): StageId[] {
  const quoted: StageId[] = order.quote ? ["priced", "accepted"] : [];
  // What costs nothing counts as paid, but nobody pays it.
  const free = order.total.amount === 0 && order.paymentStatus === "PAID";
  return ["placed", ...quoted, ...(free ? [] : ["paid" as const]), workOf(order), "done"];
}

function currentOf(order: Order): StageId {
  const { status, quote, paymentStatus } = order;
  if (status === "COMPLETED") return isDue(order) ? "paid" : "done";
  if (quote && quote.state !== "ACCEPTED") return quote.state === "OFFERED" ? "accepted" : "priced";
  if (status === "IN_PROGRESS" || order.assignee) return workOf(order);
  return paymentStatus === "PAID" || paymentStatus === "PARTIALLY_REFUNDED" ? workOf(order) : "paid";
}

function isReached(order: Order, id: StageId): boolean {
  const { quote, paymentStatus } = order;
  switch (id) {
    case "placed":
      return true;
    case "priced":
      return quote?.state === "OFFERED" || quote?.state === "ACCEPTED";
    case "accepted":
      return quote?.state === "ACCEPTED";
    case "paid":
      return paymentStatus === "PAID" || paymentStatus === "PARTIALLY_REFUNDED";
    default:
      return order.status === "COMPLETED";
  }
}

function timeOf(order: Order, id: StageId): string | null {
  if (id === "placed") return order.createdAt;
  if (id === "priced") return isReached(order, id) ? (order.quote?.offeredAt ?? null) : null;
  if (id === "accepted") return order.quote?.acceptedAt ?? null;
  return id === "done" ? order.completedAt : null;
}

/** What a cancelled order went through, and what becomes of its money. */
function ended(order: Order): Stage[] {
  const { quote, paymentStatus } = order;
  const refunded = paymentStatus === "REFUNDED";
  const money = refunded || isPaid(order);
  const past: StageId[] = ["placed"];
  if (quote?.offeredAt) past.push("priced");
  if (quote?.state === "ACCEPTED") past.push("accepted");
  if (money) past.push("paid");
  const stages: Stage[] = past.map((id) => ({
    id,
    state: id === "paid" && refunded ? "returned" : "done",
    current: false,
    at: id === "priced" ? (quote?.offeredAt ?? null) : timeOf(order, id),
  }));
  stages.push({ id: order.replacedById ? "replaced" : "cancelled", state: "stopped", current: !money, at: null });
  if (money) stages.push({ id: "refunded", state: refunded ? "done" : "current", current: true, at: null });
  return stages;
}
