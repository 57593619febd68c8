import { expect, test } from "vitest";
import type { Order } from "@/api/schema";
import { sampleOrder, sampleQuote } from "@/testing/samples";
import { nextStepOf } from "./nextStep";

const NOW = new Date("2026-12-10T12:00:00Z").getTime();
const SOON = "2026-12-10T12:30:00Z";
const BEFORE = "2026-12-10T11:59:00Z";
const eve = { id: "0190-eve", name: "Eve" };
const nothing = { amount: 0, currency: "USD" };

test.each<[Partial<Order>, string, string, string | null]>([
  [{ expiresAt: SOON }, "pay", "customer", SOON],
  [{}, "pay", "customer", null],
  [{ paymentStatus: "FAILED", expiresAt: SOON }, "payAgain", "customer", SOON],
  [{ expiresAt: BEFORE }, "payTooLate", "nobody", null],
  [{ paymentStatus: "AUTHORIZED" }, "confirming", "nobody", null],
  [{ paymentStatus: "REFUNDED" }, "refundedOpen", "shop", null],
  [{ paymentStatus: "PAID" }, "findWorker", "shop", null],
  [{ paymentStatus: "PAID", kind: "MIXED" }, "findWorker", "shop", null],
  [{ paymentStatus: "PAID", kind: "GOODS" }, "pack", "shop", null],
  [{ status: "IN_PROGRESS", paymentStatus: "PAID", assignee: eve }, "working", "worker", null],
  [{ status: "IN_PROGRESS", paymentStatus: "PAID" }, "working", "shop", null],
  [{ status: "IN_PROGRESS", paymentStatus: "PAID", kind: "GOODS" }, "shipping", "shop", null],
  [{ status: "IN_PROGRESS", assignee: eve }, "workingUnpaid", "customer", null],
  [{ status: "ON_HOLD" }, "held", "shop", null],
  [{ status: "COMPLETED", paymentStatus: "PAID" }, "done", "nobody", null],
  [{ status: "COMPLETED" }, "payAfterwards", "customer", null],
  [{ status: "COMPLETED", paymentStatus: "REFUNDED" }, "doneRefunded", "nobody", null],
  [{ status: "CANCELLED" }, "cancelled", "nobody", null],
  [{ status: "CANCELLED", paymentStatus: "PAID" }, "refundComing", "shop", null],
  [{ status: "CANCELLED", paymentStatus: "REFUNDED" }, "cancelledRefunded", "nobody", null],
  [{ status: "CANCELLED", replacedById: "0190-other" }, "replaced", "nobody", null],
  [{ quote: sampleQuote({ state: "REQUESTED" }), total: nothing }, "price", "shop", null],
  [{ quote: sampleQuote({ validUntil: SOON }), total: nothing }, "accept", "customer", SOON],
  [{ quote: sampleQuote({ validUntil: BEFORE }), total: nothing }, "offerEnded", "shop", null],
  [{ quote: sampleQuote({ state: "EXPIRED" }), total: nothing }, "offerEnded", "shop", null],
  [{ quote: sampleQuote({ state: "ACCEPTED" }), expiresAt: SOON }, "pay", "customer", SOON],
])("%o: %s by %s", (changes, id, by, until) => {
  expect(nextStepOf(sampleOrder(changes), NOW)).toEqual({ id, by, until });
});
