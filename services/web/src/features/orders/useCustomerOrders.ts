import { useQueryClient } from "@tanstack/react-query";
import { $api } from "@/api/client";
import { refetchSoon } from "@/api/queryClient";
import type { Order, OrderStatus } from "@/api/schema";
import { useCatchUp, useLive } from "@/live/useLive";
import { LIST } from "./changeOrder";
import { patchLists } from "./lists";

const ACTIVE: OrderStatus[] = ["PENDING", "IN_PROGRESS", "ON_HOLD"];
const ENDED: OrderStatus[] = ["COMPLETED", "CANCELLED"];

function useOrdersIn(status: OrderStatus[], limit: number) {
  return $api.useQuery("get", LIST, { params: { query: { status, limit, total: true } } });
}

/** A customer's orders for the dashboard: all that go on, up to a hundred, and the last ones that ended. */
export function useCustomerOrders() {
  const client = useQueryClient();
  const active = useOrdersIn(ACTIVE, 100);
  const ended = useOrdersIn(ENDED, 5);
  const take = (order: Order) => {
    patchLists(client, order);
    // It may belong to the other list now.
    refetchSoon(LIST);
  };
  useLive("order:updated", take);
  useLive("order:created", take);
  useCatchUp(() => refetchSoon(LIST));
  const failed = [active, ended].find((query) => query.isError && !query.data);
  return {
    active: active.data?.items,
    activeTotal: active.data?.total ?? 0,
    ended: ended.data?.items,
    error: failed?.error ?? null,
    reload: () => {
      void active.refetch();
      void ended.refetch();
    },
  };
}
