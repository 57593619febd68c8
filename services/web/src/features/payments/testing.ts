import type { Order, Payment } from "@/api/schema";

/** An order of a service for 50 dollars, placed and not paid. For tests. */
export function anOrder(change: Partial<Order> = {}): Order {
  return {
    id: "11111111-1111-4111-8111-111111111111",
    orderNumber: "W261130-AAAAAAA",
    status: "PENDING",
    paymentStatus: "UNPAID",
    kind: "SERVICE",
    customer: { id: "22222222-2222-4222-8222-222222222222", name: "Ada Lovelace", email: "ada@shop.test" },
    assignee: null,
    title: null,
    description: null,
    specialInstructions: null,
    estimatedCompletion: null,
    items: [],
    subtotal: { amount: 5_000, currency: "USD" },
    total: { amount: 5_000, currency: "USD" },
    shippingAddress: null,
    expiresAt: "2026-11-30T12:30:00Z",
    completedAt: null,
    version: 1,
    createdAt: "2026-11-30T12:00:00Z",
    updatedAt: "2026-11-30T12:00:00Z",
    guest: false,
    replacesId: null,
    replacedById: null,
    paymentReceived: false,
    quote: null,
    ...change,
  };
}

/** A payment of that order that was started. For tests. */
export function aPayment(change: Partial<Payment> = {}): Payment {
  return {
    id: "33333333-3333-4333-8333-333333333333",
    orderId: "11111111-1111-4111-8111-111111111111",
    orderNumber: "W261130-AAAAAAA",
    customerId: "22222222-2222-4222-8222-222222222222",
    provider: "SANDBOX",
    amount: { amount: 5_000, currency: "USD" },
    state: "PENDING",
    redirectUrl: "/api/v1/sandbox/checkout/33333333-3333-4333-8333-333333333333",
    failureReason: null,
    version: 1,
    createdAt: "2026-11-30T12:01:00Z",
    updatedAt: "2026-11-30T12:01:00Z",
    ...change,
  };
}
