import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { refetchNow, refetchSoon } from "@/api/queryClient";
import type { Order } from "@/api/schema";
import { useUser } from "@/api/useSession";
import { useCatchUp, useLive } from "@/live/useLive";
import { LIST } from "./changeOrder";
import { patchLists } from "./lists";

/**
 * Keeps a customer's list up to date: orders that it shows change in place, and stay even if the filters don't match them any more. New ones
 * are counted, and shown when asked for, so that the list does not jump.
 */
export function useLiveOrders(rows: Order[] | undefined) {
  const client = useQueryClient();
  const me = useUser()?.id;
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  useLive("order:updated", (order) => void patchLists(client, order));
  useLive("order:created", (order) => {
    if (order.customer.id === me && !patchLists(client, order)) setFresh((ids) => new Set(ids).add(order.id));
  });
  useCatchUp(() => refetchSoon(LIST));
  const shown = new Set(rows?.map(({ id }) => id));
  return {
    /** New orders that are not shown yet. */
    count: [...fresh].filter((id) => !shown.has(id)).length,
    show: () => {
      setFresh(new Set());
      void refetchNow(LIST);
    },
  };
}
