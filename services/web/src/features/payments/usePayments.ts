import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { $api } from "@/api/client";
import type { PagePaymentWithOrder, Payment } from "@/api/schema";
import { useCatchUp, useLive } from "@/live/useLive";

/** The query of an order's payments, newest first. */
export function paymentsOptions(orderId: string) {
  return $api.queryOptions("get", "/api/v1/orders/{id}/payments", {
    params: { path: { id: orderId }, query: { limit: 100 } },
  });
}

/** A list with this state of a payment, unless it has a newer one. */
export function withPayment(payments: readonly Payment[], next: Payment): Payment[] {
  const known = payments.find(({ id }) => id === next.id);
  if (!known) return [next, ...payments];
  if (known.version > next.version) return [...payments];
  return payments.map((payment) => (payment.id === next.id ? next : payment));
}

/** Shows a state of a payment, from an answer or an event, in the list of its order. */
export function showPayment(payment: Payment, client: QueryClient): void {
  client.setQueryData<PagePaymentWithOrder>(paymentsOptions(payment.orderId).queryKey, (page) => {
    return page && { ...page, items: withPayment(page.items, payment) };
  });
}

/** The payments of an order, kept up to date. */
export function usePayments(orderId: string) {
  const client = useQueryClient();
  const query = useQuery(paymentsOptions(orderId));
  useLive("payment:updated", (payment) => {
    if (payment.orderId === orderId) showPayment(payment, client);
  });
  useCatchUp(() => void query.refetch());
  return query;
}
