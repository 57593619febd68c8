import { useQueryClient } from "@tanstack/react-query";
import { isCode } from "@/api/failure";
import { OF_ORDER, orderOptions, showOrder } from "@/api/orders";
import { refetchNow } from "@/api/queryClient";
import type { Order } from "@/api/schema";
import { PATHS } from "./paths";

/** What a worker's step changes on the page: its order at once, and what follows from it. */
export function useReload(orderId: string) {
  const client = useQueryClient();
  const reload = () => void client.invalidateQueries({ queryKey: orderOptions(orderId).queryKey });
  return {
    reload,
    /** After a step that answered with the order. */
    changed(order: Order): void {
      showOrder(order, client);
      void refetchNow(OF_ORDER.history, OF_ORDER.requests, PATHS.orders, PATHS.workload);
    },
    /** Loads the new state if a step was refused because of it; what was typed stays. */
    refused(error: unknown): void {
      if (isCode(error, "VERSION_CONFLICT", "INVALID_TRANSITION", "CONFLICT", "ORDER_OVER")) {
        reload();
        void refetchNow(OF_ORDER.requests);
      }
    },
  };
}
