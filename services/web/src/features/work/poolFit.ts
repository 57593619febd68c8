import type { Order, WorkerEntry } from "@/api/schema";
import { type PoolFilters, poolQuery } from "./filters";

/** The shortest part of an order number that is searched for. */
const SHORTEST_NUMBER = 4;

/** Words of a text, in small letters. */
function words(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}-]+/u)
    .filter(Boolean);
}

function found(order: Order, q: string): boolean {
  const number = order.orderNumber.toLowerCase();
  const known = words(`${order.title ?? ""} ${order.customer.name}`);
  const sought = words(q);
  const [only = ""] = sought;
  if (sought.length === 1 && only.length >= SHORTEST_NUMBER && number.includes(only)) return true;
  return sought.every((word) => known.some((other) => other.startsWith(word)));
}

/**
 * Whether a new order belongs into a filtered list. Only the server knows the categories of its products; then the answer is "ask".
 */
export function fits(order: Order, filters: PoolFilters, worker: WorkerEntry | undefined): boolean | "ask" {
  const { q, category, kind, mine, minTotal, maxTotal } = poolQuery(filters);
  if (kind && !kind.some((one) => one === order.kind)) return false;
  if (minTotal !== undefined && order.total.amount < minTotal) return false;
  if (maxTotal !== undefined && order.total.amount > maxTotal) return false;
  if (q && !found(order, q)) return false;
  if (mine && worker && worker.limit > 0 && worker.openOrders >= worker.limit) return false;
  const anyCategory = !mine || worker?.categoryIds.length === 0;
  return category || !anyCategory ? "ask" : true;
}
