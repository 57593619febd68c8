import type { QueryClient } from "@tanstack/react-query";
import { $api } from "./client";
import { queryClient } from "./queryClient";
import type { Order } from "./schema";

const ORDER = "/api/v1/orders/{id}";

/** The query of one order. */
export function orderOptions(id: string) {
  return $api.queryOptions("get", ORDER, { params: { path: { id } } });
}

/** The newer of two states of an order. */
export function newer(known: Order | undefined, next: Order): Order {
  return known && known.version > next.version ? known : next;
}

/** Shows a state of an order, from an answer or an event, wherever the order is shown by itself, unless a newer one is known. */
export function showOrder(order: Order, client: QueryClient = queryClient): void {
  client.setQueryData<Order>(orderOptions(order.id).queryKey, (known) => newer(known, order));
}

/** Paths of what else the order page shows: for `refetchSoon` and `refetchNow`. */
export const OF_ORDER = {
  history: "/api/v1/orders/{id}/history",
  progress: "/api/v1/orders/{id}/progress",
  notes: "/api/v1/orders/{id}/notes",
  media: "/api/v1/orders/{id}/media",
  shipments: "/api/v1/orders/{id}/shipments",
  payments: "/api/v1/orders/{id}/payments",
  invoices: "/api/v1/orders/{id}/invoices",
  requests: "/api/v1/orders/{id}/change-requests",
} as const;
