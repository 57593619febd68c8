import { expect, test } from "vitest";
import type { Order } from "@/api/schema";
import { sampleQuote } from "@/testing/samples";
import { outcomeOf } from "./outcomeOf";
import { payStateOf, providerPage, timeLeft } from "./payState";
import { anOrder, aPayment } from "./testing";
import { withPayment } from "./usePayments";

const NOW = Date.parse("2026-11-30T12:05:00Z");
const quote = sampleQuote({ state: "REQUESTED" });
const kind = (change: Partial<Order>, now = NOW) => payStateOf(anOrder(change), [], now).kind;

test("an order is due until it is paid, cancelled or expired", () => {
  expect(kind({})).toBe("due");
  expect(kind({ paymentStatus: "FAILED" })).toBe("due");
  expect(kind({ paymentStatus: "PAID" })).toBe("paid");
  expect(kind({ paymentStatus: "AUTHORIZED" })).toBe("paid");
  expect(kind({ paymentStatus: "REFUNDED", status: "CANCELLED" })).toBe("refunded");
  expect(kind({ status: "CANCELLED", expiresAt: null })).toBe("cancelled");
  expect(kind({}, Date.parse("2026-11-30T12:30:00Z"))).toBe("expired");
  expect(kind({ expiresAt: null }, Date.parse("2027-11-30T12:30:00Z"))).toBe("due");
  expect(kind({ total: { amount: 0, currency: "USD" } })).toBe("nothing");
});

test("a request is due once its offer is accepted", () => {
  expect(payStateOf(anOrder({ quote }), [], NOW)).toEqual({ kind: "unpriced", offered: false });
  expect(payStateOf(anOrder({ quote: { ...quote, state: "OFFERED" } }), [], NOW)).toEqual({
    kind: "unpriced",
    offered: true,
  });
  expect(kind({ quote: { ...quote, state: "ACCEPTED" } })).toBe("due");
});

test("the newest payment says how to go on", () => {
  const open = aPayment();
  const failed = aPayment({ id: "4", state: "FAILED" });
  expect(payStateOf(anOrder(), [open, failed], NOW)).toEqual({ kind: "due", open, failed: null, byHand: null });
  expect(payStateOf(anOrder(), [failed, open], NOW)).toEqual({ kind: "due", open: null, failed, byHand: null });
  // One by hand waits beside all others.
  const byHand = aPayment({ id: "5", provider: "MANUAL" });
  expect(payStateOf(anOrder(), [open, byHand], NOW)).toEqual({ kind: "due", open, failed: null, byHand });
  expect(payStateOf(anOrder(), [byHand], NOW)).toEqual({ kind: "due", open: null, failed: null, byHand });
});

test("money that has arrived is not asked for again, also when the time is over", () => {
  const paid = [aPayment({ state: "SUCCEEDED" })];
  expect(payStateOf(anOrder(), paid, NOW).kind).toBe("confirming");
  expect(payStateOf(anOrder(), paid, Date.parse("2026-11-30T13:00:00Z")).kind).toBe("confirming");
});

test("a browser is sent to web pages only", () => {
  expect(providerPage("/api/v1/sandbox/checkout/1")).toBe("http://shop.test/api/v1/sandbox/checkout/1");
  expect(providerPage("https://pay.example/1")).toBe("https://pay.example/1");
  expect(providerPage("javascript:alert(1)")).toBeNull();
  expect(providerPage(null)).toBeNull();
});

test("counts down in minutes and seconds", () => {
  expect(timeLeft("2026-11-30T12:14:05Z", NOW)).toBe("9:05");
  expect(timeLeft("2026-11-30T13:14:05Z", NOW)).toBe("1:09:05");
  expect(timeLeft("2026-11-30T12:05:00Z", NOW)).toBeNull();
});

test("the page after ordering waits for a payment that was started, and not for one that was not", () => {
  const outcome = (payments: Parameters<typeof outcomeOf>[1], late = false) =>
    outcomeOf(anOrder(), payments, NOW, late);
  expect(outcome([])).toBe("unpaid");
  expect(outcome([aPayment()])).toBe("waiting");
  expect(outcome([aPayment({ state: "SUCCEEDED" })])).toBe("waiting");
  expect(outcome([aPayment()], true)).toBe("late");
  expect(outcome([aPayment({ state: "FAILED" })], true)).toBe("failed");
});

test("the page after ordering knows orders that cost nothing and requests", () => {
  expect(outcomeOf(anOrder({ paymentStatus: "PAID" }), [], NOW, false)).toBe("paid");
  const free = anOrder({ paymentStatus: "PAID", total: { amount: 0, currency: "USD" } });
  expect(outcomeOf(free, [], NOW, false)).toBe("free");
  expect(outcomeOf(anOrder({ quote }), [], NOW, false)).toBe("requested");
  expect(outcomeOf(anOrder({ status: "CANCELLED" }), [], NOW, false)).toBe("over");
});

test("an event replaces an older state of a payment, and never a newer one", () => {
  const known = aPayment({ version: 2, state: "SUCCEEDED" });
  expect(withPayment([known], aPayment({ version: 1 }))).toEqual([known]);
  const refunded = aPayment({ version: 3, state: "REFUNDED" });
  expect(withPayment([known], refunded)).toEqual([refunded]);
  const other = aPayment({ id: "5" });
  expect(withPayment([known], other)).toEqual([other, known]);
});
