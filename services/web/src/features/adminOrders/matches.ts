import type { Order } from "@/api/schema";
import { type OrderFilters, orderQuery } from "./filters";

const within = <T>(wanted: readonly T[] | undefined, value: T | undefined) =>
  !wanted || (value !== undefined && wanted.includes(value));

/** The server's search, as far as it can be told from an order: number, beginning or end of it, address, beginnings of words. */
function isFound(order: Order, q: string): boolean {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  const [first = ""] = words;
  const number = order.orderNumber.toLowerCase();
  if (words.length === 1) {
    if (number.startsWith(first) || number.endsWith(`-${first}`) || order.id === first) return true;
    if (order.customer.email?.toLowerCase() === first) return true;
  }
  const known = `${order.title ?? ""} ${order.customer.name}`.toLowerCase().split(/[^\p{L}\p{N}]+/u);
  return words.every((word) => known.some((one) => one.startsWith(word)));
}

/** Whether an order that arrives by an event belongs to a list: for the count of new rows. */
export function isListed(order: Order, filters: OrderFilters): boolean {
  const { from, to, minTotal = 0, maxTotal = Number.POSITIVE_INFINITY } = orderQuery(filters);
  const placed = new Date(order.createdAt).getTime();
  return (
    within(filters.status, order.status) &&
    within(filters.paymentStatus, order.paymentStatus) &&
    within(filters.kind, order.kind) &&
    within(filters.quote, order.quote?.state) &&
    (!filters.unassigned || order.assignee === null) &&
    (!filters.customerId || order.customer.id === filters.customerId) &&
    (!filters.assigneeId || order.assignee?.id === filters.assigneeId) &&
    order.total.amount >= minTotal &&
    order.total.amount <= maxTotal &&
    (!from || placed >= new Date(from).getTime()) &&
    (!to || placed < new Date(to).getTime()) &&
    (!filters.q || isFound(order, filters.q))
  );
}
