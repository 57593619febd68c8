import type { Order, Payment } from "@/api/schema";
import { sampleOrder, usd } from "@/testing/samples";

/** An order that is kept until half past twelve. */
export function anOrder(change: Partial<Order> = {}): Order {
  return sampleOrder({ expiresAt: "2026-11-30T12:30:00Z", ...change });
}

/** A payment of that order that was started. For tests. */
export function aPayment(change: Partial<Payment> = {}): Payment {
  return {
    id: "33333333-3333-4333-8333-333333333333",
    orderId: anOrder().id,
    orderNumber: anOrder().orderNumber,
    customerId: anOrder().customer.id,
    provider: "SANDBOX",
    amount: usd(45_000),
    state: "PENDING",
    redirectUrl: "/api/v1/sandbox/checkout/33333333-3333-4333-8333-333333333333",
    failureReason: null,
    refunded: usd(0),
    refundable: usd(0),
    instructions: null,
    received: null,
    version: 1,
    createdAt: "2026-11-30T12:01:00Z",
    updatedAt: "2026-11-30T12:01:00Z",
    ...change,
  };
}
