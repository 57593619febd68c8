import { keepPreviousData, useQueryClient } from "@tanstack/react-query";
import { $api } from "@/api/client";
import { refetchNow, refetchSoon } from "@/api/queryClient";
import type { Payment } from "@/api/schema";
import { useCatchUp, useLive } from "@/live/useLive";
import { PATHS } from "./acts";
import type { PaymentFilters } from "./filters";
import { showRow } from "./rows";
import { useArrivals } from "./useArrivals";

/** Whether a payment that an event tells of belongs to the list. */
export function isListedPayment(payment: Payment, { state, orderId }: PaymentFilters): boolean {
  return (!state || state.includes(payment.state)) && (!orderId || payment.orderId === orderId);
}

/** The listed payments with their orders. Rows change in place; new ones are counted, and shown on demand. */
export function usePayments(filters: PaymentFilters) {
  const client = useQueryClient();
  const query = { state: filters.state, orderId: filters.orderId, expand: "order" as const, limit: 50, total: true };
  const list = $api.useQuery(
    "get",
    PATHS.payments,
    { params: { query: { ...query, cursor: filters.cursor } } },
    { placeholderData: keepPreviousData },
  );
  const arrivals = useArrivals(JSON.stringify(query), list.data?.items);
  useLive("payment:updated", (payment) => {
    showRow(client, PATHS.payments, payment);
    const isShown = list.data?.items.some(({ id }) => id === payment.id);
    if (list.data && !isShown && isListedPayment(payment, filters)) arrivals.add(payment.id);
  });
  useCatchUp(() => refetchSoon(PATHS.payments));
  const showArrivals = () => {
    arrivals.clear();
    void refetchNow(PATHS.payments);
  };
  return { list, arrived: arrivals.count, showArrivals };
}
