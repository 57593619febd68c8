import { useEffect } from "react";
import { $api } from "@/api/client";
import { OF_ORDER } from "@/api/orders";
import { refetchSoon } from "@/api/queryClient";
import type { HistoryItem } from "@/api/schema";
import { useCatchUp, useLive } from "@/live/useLive";

/** Events a call. The API has them oldest first, and people want the newest: all pages are loaded, which is one for nearly every order. */
const PAGE = 100;

/** What happened to an order, newest first, kept up to date. */
export function useHistory(orderId: string) {
  const query = $api.useInfiniteQuery(
    "get",
    OF_ORDER.history,
    { params: { path: { id: orderId }, query: { limit: PAGE } } },
    { initialPageParam: "0", getNextPageParam: (page: { nextCursor: string | null }) => page.nextCursor },
  );
  const { hasNextPage, isFetching, isError, fetchNextPage } = query;
  useEffect(() => {
    if (hasNextPage && !isFetching && !isError) void fetchNextPage();
  }, [hasNextPage, isFetching, isError, fetchNextPage]);
  const reload = (id: string) => {
    if (id === orderId) refetchSoon(OF_ORDER.history);
  };
  useLive("order:updated", (order) => reload(order.id));
  useCatchUp(() => reload(orderId));
  const items: HistoryItem[] | undefined = query.data?.pages.flatMap((page) => page.items).reverse();
  return { items, error: query.isError && !items ? query.error : null, reload: () => void query.refetch() };
}
