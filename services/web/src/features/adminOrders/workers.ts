import type { WorkerEntry } from "@/api/schema";
import { isFull } from "@/api/workers";

/** Those who can get orders first, the ones with the fewest open orders at the top; then the others. */
export function byWorkload(workers: readonly WorkerEntry[]): WorkerEntry[] {
  const rank = (worker: WorkerEntry) => (worker.active ? 0 : 2) + (isFull(worker) ? 1 : 0);
  return [...workers].sort((a, b) => rank(a) - rank(b) || a.openOrders - b.openOrders || a.name.localeCompare(b.name));
}
