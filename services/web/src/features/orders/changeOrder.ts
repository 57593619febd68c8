import type { QueryClient } from "@tanstack/react-query";
import { api, body } from "@/api/client";
import { OF_ORDER, showOrder } from "@/api/orders";
import { refetchNow } from "@/api/queryClient";
import type { Order, OrderEdit } from "@/api/schema";

const ORDER = "/api/v1/orders/{id}";
/** The path of the lists of orders. */
export const LIST = "/api/v1/orders";

const path = (id: string) => ({ path: { id } });

/** The order as it is now. */
export function loadOrder(id: string): Promise<Order> {
  return body(api.GET(ORDER, { params: path(id) }));
}

export function editOrder(order: Order, patch: OrderEdit): Promise<Order> {
  return body(api.PATCH(ORDER, { params: path(order.id), body: { ...patch, version: order.version } }));
}

export function cancelOrder(order: Order, reason: string): Promise<Order> {
  const said = { version: order.version, reason: reason || null };
  return body(api.POST("/api/v1/orders/{id}/cancel", { params: path(order.id), body: said }));
}

/** Accepts the offer with the version that the customer has read. */
export function acceptOffer(id: string, version: number): Promise<Order> {
  return body(api.POST("/api/v1/orders/{id}/quote/accept", { params: path(id), body: { version } }));
}

export function askToCancel(id: string, reason: string) {
  return body(api.POST(OF_ORDER.requests, { params: path(id), body: { kind: "CANCELLATION", reason } }));
}

/** Shows an own change wherever it shows, without waiting for the live connection. */
export function showChange(order: Order, client: QueryClient): void {
  showOrder(order, client);
  void refetchNow(OF_ORDER.history, OF_ORDER.payments, OF_ORDER.requests, OF_ORDER.shipments, LIST);
}
