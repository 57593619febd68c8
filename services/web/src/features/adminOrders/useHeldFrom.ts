import { useQuery } from "@tanstack/react-query";
import { api, body } from "@/api/client";
import { OF_ORDER } from "@/api/orders";
import type { HistoryItem, Order, OrderStatus } from "@/api/schema";

/** The status before the last hold; null if the history does not tell. */
export function heldFrom(history: readonly HistoryItem[]): OrderStatus | null {
  const hold = history.findLast(({ event, to }) => event === "STATUS_CHANGED" && to === "ON_HOLD");
  return hold?.from === "PENDING" || hold?.from === "IN_PROGRESS" ? hold.from : null;
}

async function load(id: string): Promise<OrderStatus | null> {
  const all: HistoryItem[] = [];
  let cursor: string | undefined;
  do {
    const params = { path: { id }, query: { limit: 100, cursor } };
    const page = await body(api.GET("/api/v1/orders/{id}/history", { params }));
    all.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  return heldFrom(all);
}

/** Where an order on hold came from, which says where it may go. With a worker, it was in progress, and the history is not asked. */
export function useHeldFrom(order: Order): OrderStatus | null {
  const { data } = useQuery({
    queryKey: ["get", OF_ORDER.history, "heldFrom", order.id],
    queryFn: () => load(order.id),
    enabled: order.status === "ON_HOLD" && order.assignee === null,
  });
  return order.assignee ? "IN_PROGRESS" : (data ?? null);
}
