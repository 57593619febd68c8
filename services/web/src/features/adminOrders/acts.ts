import { useMutation } from "@tanstack/react-query";
import { api, body } from "@/api/client";
import { ApiError, isCode } from "@/api/failure";
import { OF_ORDER, showOrder } from "@/api/orders";
import { queryClient, refetchNow } from "@/api/queryClient";
import type { ChangeRequest, Decided, Order, OrderResult, OrderStatus } from "@/api/schema";
import { WORKERS } from "@/api/workers";
import { showRow } from "./rows";

/** Paths of the API, as keys of queries. */
export const PATHS = {
  order: "/api/v1/orders/{id}",
  orders: "/api/v1/orders",
  requests: "/api/v1/admin/change-requests",
  payments: "/api/v1/admin/payments",
  refunds: "/api/v1/admin/refunds",
  ledger: "/api/v1/admin/ledger",
  deliveries: "/api/v1/admin/deliveries",
  payouts: "/api/v1/admin/payouts",
  differences: "/api/v1/admin/differences",
  workers: WORKERS,
  dashboard: "/api/v1/admin/dashboard",
  analytics: "/api/v1/admin/orders/analytics",
  audit: "/api/v1/admin/audit-log",
} as const;

/** Shows orders as they are after an act, and loads what else the act has changed. */
export function tellOrders(orders: (Order | null)[]): void {
  for (const order of orders) {
    if (!order) continue;
    showOrder(order);
    showRow(queryClient, PATHS.orders, order);
  }
  void refetchNow(
    OF_ORDER.history,
    OF_ORDER.requests,
    OF_ORDER.payments,
    PATHS.requests,
    PATHS.workers,
    PATHS.dashboard,
    PATHS.audit,
  );
}

/** Whether an act was refused because of what others did meanwhile. */
export function isOutdated(error: unknown): boolean {
  return isCode(error, "VERSION_CONFLICT", "CONFLICT", "INVALID_TRANSITION", "ORDER_OVER");
}

/** An act on one order. If others were faster, the order is loaded again, so that the next attempt is about what is shown. */
export function useOrderAct<V>(act: (values: V) => Promise<Order>, onDone?: (order: Order) => void) {
  return useMutation({
    mutationFn: act,
    onSuccess: (order) => {
      tellOrders([order]);
      onDone?.(order);
    },
    onError: (error) => {
      if (isOutdated(error)) void refetchNow(PATHS.order, OF_ORDER.requests);
    },
  });
}

const given = (text: string) => text.trim() || undefined;

export function changeStatus(order: Order, status: OrderStatus, note: string): Promise<Order> {
  const params = { path: { id: order.id } };
  const change = { status, note: given(note), version: order.version };
  return body(api.PATCH("/api/v1/orders/{id}/status", { params, body: change }));
}

export function cancelOrder(order: Order, reason: string): Promise<Order> {
  const params = { path: { id: order.id } };
  return body(
    api.POST("/api/v1/orders/{id}/cancel", { params, body: { reason: given(reason), version: order.version } }),
  );
}

/** Gives the order back to the pool. Workers and administrators read the reason, the customer the note. */
export function releaseOrder(order: Order, reason: string, customerNote: string): Promise<Order> {
  const params = { path: { id: order.id } };
  const release = { reason: given(reason), customerNote: given(customerNote), version: order.version };
  return body(api.POST("/api/v1/orders/{id}/release", { params, body: release }));
}

export type Assign = { orderIds: string[]; workerId: string; force: boolean };

/** Gives orders to a worker, each independently. */
export async function assignOrders(assignment: Assign): Promise<OrderResult[]> {
  const { results } = await body(api.POST("/api/v1/orders/assign", { body: assignment }));
  tellOrders(results.map(({ order }) => order));
  return results;
}

/** Gives one order to a worker; a refusal throws. */
export async function assignOrder(order: Order, workerId: string, force: boolean): Promise<Order> {
  const [result] = await assignOrders({ orderIds: [order.id], workerId, force });
  if (result?.order) return result.order;
  const refusal = result?.error ?? { code: "NOT_FOUND" as const, message: "order not found" };
  throw new ApiError({ ...refusal, status: 409 });
}

/** Whether an assignment was refused by the worker's categories or limit, which an administrator may ignore. */
export function isForceable(code: string): boolean {
  return code === "NOT_QUALIFIED" || code === "TOO_MANY_ORDERS";
}

/** The error, if it is such a refusal. */
export function refusedByLimits(error: unknown): ApiError | null {
  return error instanceof ApiError && isForceable(error.code) ? error : null;
}

export type Verdict = {
  approve: boolean;
  note: string;
  customerNote: string;
  /** For an approved reassignment: the worker who gets the order; null: the pool. */
  assignTo: string | null;
  force: boolean;
  /** For an approved reassignment: a new order takes the place of this one. */
  replace: boolean;
};

/** Decides a change request, as it was read. */
export async function decide(request: ChangeRequest, verdict: Verdict): Promise<Decided> {
  const params = { path: { id: request.id } };
  const common = { note: given(verdict.note), version: request.version };
  const moved = request.kind === "REASSIGNMENT";
  const approval = {
    ...common,
    customerNote: request.requestedBy?.role === "CUSTOMER" ? undefined : given(verdict.customerNote),
    ...(moved && { assignTo: verdict.assignTo ?? undefined, replace: verdict.replace, force: verdict.force }),
  };
  const decided = verdict.approve
    ? await body(api.POST("/api/v1/admin/change-requests/{id}/approve", { params, body: approval }))
    : await body(api.POST("/api/v1/admin/change-requests/{id}/reject", { params, body: common }));
  showRequest(decided.changeRequest);
  tellOrders([decided.order, decided.replacement]);
  return decided;
}

/** Shows the newer state of a request wherever it is listed. */
export function showRequest(request: ChangeRequest): void {
  showRow(queryClient, PATHS.requests, request);
  showRow(queryClient, OF_ORDER.requests, request);
}
