import type { Order } from "@/api/schema";
import { hasOpenOffer, isPayable } from "@/ui/orderFacts";

/** An order that waits for its customer: for an answer to an offer, or for money. */
export type Waiting = { order: Order; what: "accept" | "pay"; until: string | null };

/** What waits for the customer among their orders, the most urgent first. */
export function waitingFor(orders: Order[], now = Date.now()): Waiting[] {
  const found = orders.flatMap((order): Waiting[] => {
    if (hasOpenOffer(order, now)) return [{ order, what: "accept", until: order.quote?.validUntil ?? null }];
    return isPayable(order, now) ? [{ order, what: "pay", until: order.expiresAt }] : [];
  });
  const end = ({ until }: Waiting) => (until ? Date.parse(until) : Number.POSITIVE_INFINITY);
  return found.sort((one, other) => {
    const [a, b] = [end(one), end(other)];
    return a === b ? 0 : a - b;
  });
}
