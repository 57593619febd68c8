import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { $api, api, body } from "@/api/client";
import { refetchSoon } from "@/api/queryClient";
import type { Order, OrderStatus } from "@/api/schema";
import { useUser } from "@/api/useSession";
import { useCatchUp, useLive } from "@/live/useLive";
import type { WorkFilters } from "./filters";
import { PATHS } from "./paths";

const OPEN: OrderStatus[] = ["IN_PROGRESS", "ON_HOLD"];
/** Grouping by due date needs many at once: the API does not sort by it. */
const PAGE = 100;

type Search = Pick<WorkFilters, "q" | "kind">;

function searched({ q, kind }: Search) {
  return { q, kind: kind && [kind] };
}

/** The worker's open orders, in pages. */
export function useOpenWork(search: Search) {
  const query = { ...searched(search), status: OPEN, limit: PAGE };
  return useInfiniteQuery({
    queryKey: ["get", PATHS.orders, { open: query }],
    queryFn: ({ pageParam, signal }) =>
      body(api.GET(PATHS.orders, { params: { query: { ...query, cursor: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  });
}

/** The worker's completed orders. */
export function useDoneWork(search: Search, limit: number) {
  const query = { ...searched(search), status: ["COMPLETED" as const], limit };
  return $api.useQuery("get", PATHS.orders, { params: { query } }, { placeholderData: keepPreviousData });
}

/** Loads the worker's orders again when something happens to one of them. */
export function useWorkEvents(shown: readonly Order[] | undefined): void {
  const me = useUser()?.id;
  const reload = () => refetchSoon(PATHS.orders, PATHS.workload);
  const isShown = (id: string) => shown?.some((order) => order.id === id) ?? false;
  useLive("order:updated", (order) => {
    if (order.assignee?.id === me || isShown(order.id)) reload();
  });
  // Whoever loses an order is told of its next worker, or that it is in the pool again.
  useLive("order:claimed", ({ orderId, assignee }) => {
    if (assignee?.id === me || isShown(orderId)) reload();
  });
  useLive("order:available", ({ id }) => {
    if (isShown(id)) reload();
  });
  useCatchUp(reload);
}
