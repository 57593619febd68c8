import { api, body } from "@/api/client";
import type { NewPayout, Payout, PayoutResults } from "@/api/schema";
import { sendOnce } from "@/ui/keptWrite";

/** Creates payouts once, also if the answer is lost and the form is sent again. */
export function createPayouts(sent: NewPayout): Promise<Payout | PayoutResults> {
  return sendOnce("waybill.payout", JSON.stringify(sent), sent, (write) => {
    const params = { header: { "Idempotency-Key": write.key } };
    return body(api.POST("/api/v1/admin/payouts", { params, body: write.sent }));
  });
}

export function approve({ id, version }: Payout): Promise<Payout> {
  return body(api.POST("/api/v1/admin/payouts/{id}/approve", { params: { path: { id } }, body: { version } }));
}

export function markPaid({ id, version }: Payout, reference: string): Promise<Payout> {
  const params = { path: { id } };
  return body(api.POST("/api/v1/admin/payouts/{id}/mark-paid", { params, body: { version, reference } }));
}

export function cancel({ id, version }: Payout, reason: string): Promise<Payout> {
  const params = { path: { id } };
  return body(api.POST("/api/v1/admin/payouts/{id}/cancel", { params, body: { version, reason } }));
}
