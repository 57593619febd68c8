import { api, body } from "@/api/client";
import type { ChangeRequest, ChangeRequestKind, Order, OrderStatus } from "@/api/schema";

/** Sets the status of an order that the worker has read. */
export function changeStatus({ id, version }: Order, status: OrderStatus, note: string): Promise<Order> {
  const change = { status, note: note || null, version };
  return body(api.PATCH("/api/v1/orders/{id}/status", { params: { path: { id } }, body: change }));
}

/** Asks an administrator for a change of an order. */
export function requestChange(
  { id }: Pick<Order, "id">,
  kind: ChangeRequestKind,
  reason: string,
  customerNote: string,
): Promise<ChangeRequest> {
  const request = { kind, reason, customerNote: customerNote || null };
  return body(api.POST("/api/v1/orders/{id}/change-requests", { params: { path: { id } }, body: request }));
}

/** Gives an order back to the pool. */
export function releaseOrder({ id, version }: Order, reason: string, customerNote: string): Promise<Order> {
  const release = { reason: reason || null, customerNote: customerNote || null, version };
  return body(api.POST("/api/v1/orders/{id}/release", { params: { path: { id } }, body: release }));
}
