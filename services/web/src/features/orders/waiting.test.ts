import { expect, test } from "vitest";
import { sampleOrder, sampleQuote } from "@/testing/samples";
import { waitingFor } from "./waiting";

const NOW = new Date("2026-12-10T12:00:00Z").getTime();

test("finds what waits for the customer, the most urgent first", () => {
  const orders = [
    sampleOrder({ id: "whenever" }),
    sampleOrder({ id: "paid", paymentStatus: "PAID" }),
    sampleOrder({ id: "offer", quote: sampleQuote({ validUntil: "2026-12-12T12:00:00Z" }) }),
    sampleOrder({ id: "soon", expiresAt: "2026-12-10T12:30:00Z" }),
    sampleOrder({ id: "too late", expiresAt: "2026-12-10T11:30:00Z" }),
    sampleOrder({ id: "requested", quote: sampleQuote({ state: "REQUESTED" }) }),
    sampleOrder({ id: "done", status: "COMPLETED" }),
    sampleOrder({ id: "cancelled", status: "CANCELLED" }),
  ];
  expect(waitingFor(orders, NOW).map(({ order, what }) => `${order.id}: ${what}`)).toEqual([
    "soon: pay",
    "offer: accept",
    "whenever: pay",
    "done: pay",
  ]);
});
