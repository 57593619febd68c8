import type { Balance, Difference, Payee, Payout } from "@/api/schema";

export const usd = (amount: number) => ({ amount, currency: "USD" });

export const balance = (part: Partial<Balance> = {}): Balance => ({
  available: usd(8_000),
  inFlight: usd(0),
  paid: usd(0),
  earned: usd(8_000),
  ...part,
});

export const payee = (part: Partial<Payee> = {}): Payee => ({
  workerId: "0190-wim",
  name: "Wim Worker",
  balances: [balance()],
  account: { method: "MANUAL", recipient: null, version: 0, updatedAt: "2026-12-01T10:00:00Z" },
  ...part,
});

export const payout = (part: Partial<Payout> = {}): Payout => ({
  id: "p1",
  workerId: "0190-wim",
  name: "Wim Worker",
  amount: usd(3_000),
  state: "PENDING",
  method: "MANUAL",
  recipient: null,
  note: null,
  reference: null,
  reason: null,
  paidAt: null,
  version: 1,
  createdAt: "2026-12-01T10:00:00Z",
  updatedAt: "2026-12-01T10:00:00Z",
  ...part,
});

export const difference = (part: Partial<Difference> = {}): Difference => ({
  id: "d1",
  kind: "AMOUNT_MISMATCH",
  provider: "STRIPE",
  state: "OPEN",
  detail: "100.00 USD was asked for, the provider has 99.99 USD",
  amount: usd(10_000),
  orderId: "0190-order",
  paymentId: "0190-payment",
  refundId: null,
  payoutId: null,
  note: null,
  resolvedBy: null,
  resolvedAt: null,
  version: 1,
  createdAt: "2026-12-01T10:00:00Z",
  updatedAt: "2026-12-01T10:00:00Z",
  ...part,
});

export const page = <T>(...items: T[]) => ({ items, nextCursor: null, total: items.length });
