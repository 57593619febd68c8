import type { Payee, Payout } from "@/api/schema";
import type { payouts } from "@/i18n/en/payouts";
import { shortId } from "@/ui/names";
import { providerName } from "@/ui/providers";

type Words = Pick<typeof payouts, "owner" | "byHand">;

/** Who gets a payout. */
export function payeeName({ workerId, name }: Pick<Payee | Payout, "workerId" | "name">, w: Words): string {
  return workerId ? name || shortId(workerId) : w.owner;
}

/** How a payout is sent. */
export function methodName(method: Payout["method"], w: Words): string {
  return method === "MANUAL" ? w.byHand : providerName(method);
}
