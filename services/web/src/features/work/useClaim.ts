import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, body } from "@/api/client";
import { isCode } from "@/api/failure";
import { OF_ORDER, orderOptions, showOrder } from "@/api/orders";
import { refetchNow } from "@/api/queryClient";
import type { Order } from "@/api/schema";
import { isOutOfPool, leftPool, lostWhy } from "./claimResults";
import { PATHS } from "./paths";
import type { PoolEvent } from "./pool";

/** What a claim changes besides the order. */
function afterClaim(): void {
  void refetchNow(PATHS.orders, PATHS.workload, OF_ORDER.history);
}

/** Claims an order. The worker who has it may claim it again, so a repeat after a lost answer does no harm. */
export function useClaim(tell: (event: PoolEvent) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, version }: Order) =>
      body(api.POST("/api/v1/orders/{id}/claim", { params: { path: { id } }, body: { version } })),
    onSuccess: (order) => {
      showOrder(order, client);
      tell({ kind: "gone", id: order.id, gone: { why: "mine", by: null } });
      afterClaim();
    },
    onError: (error, order) => {
      if (isOutOfPool(error)) {
        const why = isCode(error, "ALREADY_CLAIMED") ? "claimed" : "unavailable";
        tell({ kind: "gone", id: order.id, gone: { why, by: null } });
      }
      if (isCode(error, "VERSION_CONFLICT")) {
        void refetchNow(PATHS.pool);
        void client.invalidateQueries({ queryKey: orderOptions(order.id).queryKey });
      }
      if (isCode(error, "TOO_MANY_ORDERS")) void refetchNow(PATHS.workload);
    },
  });
}

/** Claims several orders, each for itself: some may be won and others lost. */
export function useClaims(tell: (event: PoolEvent) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (orders: Order[]) =>
      body(api.POST("/api/v1/orders/claim", { body: { orderIds: orders.map(({ id }) => id) } })),
    onSuccess: ({ results }) => {
      for (const { orderId, order, error } of results) {
        if (order) {
          showOrder(order, client);
          tell({ kind: "gone", id: orderId, gone: { why: "mine", by: null } });
        } else if (error && leftPool(lostWhy(error.code))) {
          const why = error.code === "ALREADY_CLAIMED" ? "claimed" : "unavailable";
          tell({ kind: "gone", id: orderId, gone: { why, by: null } });
        }
      }
      tell({ kind: "select", ids: new Set() });
      afterClaim();
    },
  });
}
