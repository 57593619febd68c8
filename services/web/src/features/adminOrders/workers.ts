import { keepPreviousData } from "@tanstack/react-query";
import { $api } from "@/api/client";
import type { WorkerEntry } from "@/api/schema";
import { PATHS } from "./acts";

/** Workers by name, with their workload. Without a search these are nearly always all. */
export function useWorkers(q = "") {
  return $api.useQuery(
    "get",
    PATHS.workers,
    { params: { query: { q: q || undefined, limit: 100 } } },
    { placeholderData: keepPreviousData },
  );
}

/** Whether the worker has as many open orders as they may. */
export function isFull(worker: WorkerEntry): boolean {
  return worker.limit > 0 && worker.openOrders >= worker.limit;
}

/** Those who can get orders first, the ones with the fewest open orders at the top; then the others. */
export function byWorkload(workers: readonly WorkerEntry[]): WorkerEntry[] {
  const rank = (worker: WorkerEntry) => (worker.active ? 0 : 2) + (isFull(worker) ? 1 : 0);
  return [...workers].sort((a, b) => rank(a) - rank(b) || a.openOrders - b.openOrders || a.name.localeCompare(b.name));
}
