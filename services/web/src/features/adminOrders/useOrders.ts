import { keepPreviousData, useQueryClient } from "@tanstack/react-query";
import { $api } from "@/api/client";
import { refetchNow, refetchSoon } from "@/api/queryClient";
import type { Order } from "@/api/schema";
import { useCatchUp, useLive } from "@/live/useLive";
import { PATHS } from "./acts";
import { type OrderFilters, orderQuery } from "./filters";
import { isListed } from "./matches";
import { showRow } from "./rows";
import { useArrivals } from "./useArrivals";

/** Orders of a page. An assignment takes fifty orders at most, so a page has no more. */
const LIMIT = 50;

/** The listed orders with their number. Rows change in place; orders that join the list are counted, and shown on demand. */
export function useOrders(filters: OrderFilters) {
  const client = useQueryClient();
  const query = orderQuery(filters);
  const list = $api.useQuery(
    "get",
    PATHS.orders,
    { params: { query: { ...query, limit: LIMIT, cursor: filters.cursor, total: true } } },
    { placeholderData: keepPreviousData },
  );
  const arrivals = useArrivals(JSON.stringify(query), list.data?.items);
  const follow = (order: Order) => {
    showRow(client, PATHS.orders, order);
    const isShown = list.data?.items.some(({ id }) => id === order.id);
    if (list.data && !isShown && isListed(order, filters)) arrivals.add(order.id);
  };
  useLive("order:created", follow);
  useLive("order:updated", follow);
  useCatchUp(() => refetchSoon(PATHS.orders));
  const showArrivals = () => {
    arrivals.clear();
    void refetchNow(PATHS.orders);
  };
  return { list, arrived: arrivals.count, showArrivals };
}
