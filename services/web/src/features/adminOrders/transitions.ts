import type { Order, OrderStatus } from "@/api/schema";
import { isDue, isOver, isUnpriced } from "@/ui/orderFacts";

/** The statuses that an administrator may set, from the table of the order service. Cancelling is an act of its own. */
const STEPS: Record<OrderStatus, OrderStatus[]> = {
  PENDING: ["IN_PROGRESS", "ON_HOLD"],
  IN_PROGRESS: ["COMPLETED", "ON_HOLD"],
  ON_HOLD: ["IN_PROGRESS", "PENDING"],
  COMPLETED: [],
  CANCELLED: [],
};

/**
 * What an administrator may change the status to. Work does not begin before there is a price, and an order on hold goes back to PENDING
 * only if it was put on hold from there (`heldFrom`; null: not known).
 */
export function nextStatuses(order: Order, heldFrom: OrderStatus | null): OrderStatus[] {
  return STEPS[order.status].filter((to) => {
    if (to === "IN_PROGRESS") return !isUnpriced(order);
    return to !== "PENDING" || heldFrom === "PENDING";
  });
}

/** Why an order cannot be given to a worker; null if it can. Names a text of `adminOrders.notAssignable`. */
export function notAssignable(order: Order): "over" | "goods" | "unpriced" | "unpaid" | null {
  if (isOver(order)) return "over";
  if (order.kind === "GOODS") return "goods";
  if (isUnpriced(order)) return "unpriced";
  if (order.status === "PENDING" && order.paymentStatus !== "PAID") return "unpaid";
  return null;
}

/** Whether the order can go back to the pool. */
export function isReleasable(order: Order): boolean {
  return order.assignee !== null && (order.status === "IN_PROGRESS" || order.status === "ON_HOLD");
}

/** Whether a reassignment may replace the order by a new one. */
export function isReplaceable(order: Order): boolean {
  const inWork = order.status === "IN_PROGRESS" || order.status === "ON_HOLD";
  return inWork && !isUnpriced(order) && (order.paymentStatus === "PAID" || isDue(order));
}
