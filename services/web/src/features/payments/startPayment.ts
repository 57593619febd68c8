import { api, body } from "@/api/client";
import type { PaymentCreated, Provider } from "@/api/schema";
import { sendOnce } from "@/ui/keptWrite";

/**
 * Starts a payment. After a lost answer the same payment is asked for again, with the same key. The provider sends the customer back to
 * paths of these pages, which need no entry in the shop's list of allowed origins.
 */
export function startPayment(orderId: string, provider: Provider): Promise<PaymentCreated> {
  const payment = { provider, successUrl: `/placed/${orderId}`, cancelUrl: `/pay/${orderId}` };
  return sendOnce(`waybill.payment.${orderId}`, provider, payment, ({ key, sent }) => {
    const params = { path: { id: orderId }, header: { "Idempotency-Key": key } };
    return body(api.POST("/api/v1/orders/{id}/payments", { params, body: sent }));
  });
}
