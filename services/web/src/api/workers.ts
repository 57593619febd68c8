import { keepPreviousData } from "@tanstack/react-query";
import { $api } from "./client";
import type { WorkerEntry } from "./schema";

export const WORKERS = "/api/v1/admin/workers";

/** Workers by name, with their workload, for administrators. Without a search these are nearly always all. */
export function useWorkers(q = "") {
  return $api.useQuery(
    "get",
    WORKERS,
    { params: { query: { q: q || undefined, limit: 100 } } },
    { placeholderData: keepPreviousData },
  );
}

/** Whether a worker has as many open orders as they may. */
export function isFull({ limit, openOrders }: Pick<WorkerEntry, "limit" | "openOrders">): boolean {
  return limit > 0 && openOrders >= limit;
}
