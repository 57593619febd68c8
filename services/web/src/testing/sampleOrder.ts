import type { Order, Quote } from "@/api/schema";

/** A placed, unpaid order of a service, for tests. */
export function sampleOrder(changes: Partial<Order> = {}): Order {
  return {
    id: "0190-order",
    orderNumber: "W261130-7K3M9QX",
    version: 1,
    status: "PENDING",
    paymentStatus: "UNPAID",
    paymentReceived: false,
    kind: "SERVICE",
    title: "Logo for a bakery",
    description: "Warm colours.",
    specialInstructions: null,
    customer: { id: "0190-ada", name: "Ada Lovelace", email: "ada@shop.test" },
    guest: false,
    assignee: null,
    items: [
      {
        productId: "0190-logo",
        name: "Logo",
        kind: "SERVICE",
        quantity: 1,
        unitPrice: { amount: 45000, currency: "USD" },
        lineTotal: { amount: 45000, currency: "USD" },
      },
    ],
    subtotal: { amount: 45000, currency: "USD" },
    total: { amount: 45000, currency: "USD" },
    shippingAddress: null,
    quote: null,
    estimatedCompletion: null,
    expiresAt: null,
    completedAt: null,
    replacedById: null,
    replacesId: null,
    createdAt: "2026-11-30T10:00:00Z",
    updatedAt: "2026-11-30T10:00:00Z",
    ...changes,
  };
}

/** An offer of 450 dollars that can be accepted until the end of 2026. */
export function sampleQuote(changes: Partial<Quote> = {}): Quote {
  return {
    state: "OFFERED",
    version: 1,
    items: [
      { name: "Logo, three drafts", kind: "SERVICE", quantity: 1, unitPrice: { amount: 45000, currency: "USD" } },
    ],
    total: { amount: 45000, currency: "USD" },
    note: null,
    offeredAt: "2026-12-01T09:00:00Z",
    offeredBy: { id: "0190-eve", name: "Eve Admin", role: "ADMIN" },
    validUntil: "2026-12-31T12:00:00Z",
    acceptedAt: null,
    ...changes,
  };
}
