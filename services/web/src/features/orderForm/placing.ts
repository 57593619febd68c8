import { api, body } from "@/api/client";
import type { PlacedOrder } from "@/api/schema";
import { session } from "@/api/session";
import { sendOnce, unanswered } from "@/ui/keptWrite";
import type { Needs } from "./chosen";
import { introductionOf, orderOf, printOf } from "./request";
import type { Values } from "./values";

const SLOT = "waybill.order";

/** Whether this very form was sent before, and not answered. */
export function wasSent(values: Values): boolean {
  return unanswered(SLOT)?.print === printOf(values);
}

export type Placing = {
  values: Values;
  needs: Needs;
  cartVersion: number | null;
  /** The caller is not signed in, and says who they are. */
  stranger: boolean;
};

/** Places the order of the form. After a lost answer the same order is sent again, with the same key. */
export function place({ values, needs, cartVersion, stranger }: Placing): Promise<PlacedOrder> {
  return sendOnce(SLOT, printOf(values), orderOf(values, needs, cartVersion), ({ key, sent }) => {
    const order = stranger ? { ...sent, contact: introductionOf(values) } : sent;
    return body(api.POST("/api/v1/orders", { params: { header: { "Idempotency-Key": key } }, body: order }));
  });
}

/** Takes over who the customer is now: a guest, or somebody with an account. */
export function takeOver({ auth }: PlacedOrder): void {
  if (!auth) return;
  const { user, accessToken, tokenType, expiresIn } = auth;
  if (user) session.begin({ user, accessToken, tokenType, expiresIn });
  else session.beginGuest(accessToken, expiresIn);
}
