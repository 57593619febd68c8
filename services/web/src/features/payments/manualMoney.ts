import { api, body } from "@/api/client";
import type { Money, Payment, Receipt, Refund } from "@/api/schema";
import { localDay } from "@/ui/format";
import { sendOnce } from "@/ui/keptWrite";
import { wasPaid } from "./payState";

/** Longest reference that the API takes. */
export const REFERENCE_MAX = 200;

/** What has still to arrive of a payment by hand. */
export function missingOf(payment: Payment): Money {
  const missing = wasPaid(payment) ? 0 : payment.amount.amount - (payment.received?.amount ?? 0);
  return { ...payment.amount, amount: missing };
}

/** The time at which money of a day arrived: none for today, which means now; noon for a day before. */
export function arrivalOf(day: string, now: number): string | undefined {
  return day >= localDay(now) ? undefined : new Date(`${day}T12:00:00`).toISOString();
}

/** Records money that has arrived. After a lost answer the same is sent again, with the same key. */
export function recordReceipt(payment: Payment, amount: Money, reference: string, day: string): Promise<Receipt> {
  const { id } = payment;
  const sent = { amount, reference, receivedAt: arrivalOf(day, Date.now()) };
  return sendOnce(`waybill.receipt.${id}`, JSON.stringify(sent), sent, (write) => {
    const params = { path: { id }, header: { "Idempotency-Key": write.key } };
    return body(api.POST("/api/v1/admin/payments/{id}/receipts", { params, body: write.sent }));
  });
}

/** Notes that what has arrived went back, and gives the payment up. */
export function returnReceipts({ id }: Payment, reference: string): Promise<Payment> {
  const params = { path: { id } };
  return body(api.POST("/api/v1/admin/payments/{id}/receipts/return", { params, body: { reference } }));
}

/** Notes that a refund was made by hand. */
export function confirmRefund({ id }: Refund, reference: string): Promise<Refund> {
  const params = { path: { id } };
  return body(api.POST("/api/v1/admin/refunds/{id}/confirm", { params, body: { reference } }));
}
