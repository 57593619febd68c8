import { useInfiniteQuery } from "@tanstack/react-query";
import { api, body } from "@/api/client";
import { OF_ORDER } from "@/api/orders";
import { refetchSoon } from "@/api/queryClient";
import { useCatchUp, useLive } from "@/live/useLive";

/** The notes on an order, newest first, kept up to date. */
export function useNotes(orderId: string) {
  const query = useInfiniteQuery({
    queryKey: ["get", OF_ORDER.notes, { params: { path: { id: orderId } } }, "pages"],
    queryFn: ({ pageParam, signal }) =>
      body(
        api.GET(OF_ORDER.notes, { params: { path: { id: orderId }, query: { limit: 20, cursor: pageParam } }, signal }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
  useLive("order:note", (note) => {
    if (note.orderId === orderId) refetchSoon(OF_ORDER.notes);
  });
  useCatchUp(() => refetchSoon(OF_ORDER.notes));
  return query;
}
