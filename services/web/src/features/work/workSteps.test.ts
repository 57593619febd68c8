import { expect, test } from "vitest";
import type { ChangeRequest, OrderStatus } from "@/api/schema";
import { sampleOrder, sampleQuote } from "@/testing/samples";
import { openSteps, shownRequests, workPart, workSteps } from "./workSteps";

const will = { id: "0190-will", role: "STAFF" as const };
const own = { assignee: { id: will.id, name: "Will" } };

const request = (changes: Partial<ChangeRequest> = {}): ChangeRequest => ({
  id: "0190-request",
  orderId: "0190-order",
  kind: "COMPLETION",
  state: "PENDING",
  reason: "Done.",
  customerNote: null,
  note: null,
  requestedBy: { id: will.id, name: "Will", role: "STAFF" },
  decidedBy: null,
  createdAt: "2026-11-30T10:00:00Z",
  decidedAt: null,
  version: 1,
  ...changes,
});

/** The shop's table of transitions, for the assigned worker. */
test.each<[OrderStatus, string[]]>([
  ["PENDING", ["cancel"]],
  ["IN_PROGRESS", ["finish", "hold", "reassign", "release", "cancel"]],
  ["ON_HOLD", ["resume", "reassign", "release", "cancel"]],
  ["COMPLETED", []],
  ["CANCELLED", []],
])("an order that is %s offers %o", (status, steps) => {
  expect(workSteps(sampleOrder({ status }))).toEqual(steps);
});

test("work does not go on before there is a price", () => {
  const order = sampleOrder({ status: "ON_HOLD", quote: sampleQuote({ state: "REQUESTED" }) });
  expect(workSteps(order)).not.toContain("resume");
  expect(workSteps({ ...order, quote: sampleQuote({ state: "ACCEPTED" }) })).toContain("resume");
});

test("what waits for a decision is not asked for twice", () => {
  const order = sampleOrder({ status: "IN_PROGRESS" });
  expect(openSteps(order, [request()])).toEqual(["hold", "reassign", "release", "cancel"]);
  expect(openSteps(order, [request({ state: "REJECTED" })])).toContain("finish");
  expect(openSteps(order, [request({ kind: "CANCELLATION" })])).not.toContain("cancel");
});

test("an order is its worker's to work on, and nobody else's", () => {
  const order = sampleOrder({ status: "IN_PROGRESS", ...own });
  expect(workPart(order, will)).toBe("work");
  expect(workPart(order, { id: "0190-wanda", role: "STAFF" })).toBeNull();
  expect(workPart(order, { id: will.id, role: "ADMIN" })).toBeNull();
});

test("an order of the pool can be claimed, but not one's own and not one of goods alone", () => {
  const order = sampleOrder({ paymentStatus: "PAID" });
  expect(workPart(order, will)).toBe("claim");
  expect(workPart({ ...order, paymentStatus: "UNPAID" }, will)).toBeNull();
  expect(workPart({ ...order, kind: "GOODS" }, will)).toBeNull();
  expect(workPart({ ...order, customer: { id: will.id, name: "Will", email: null } }, will)).toBeNull();
  expect(workPart({ ...order, status: "ON_HOLD" }, will)).toBeNull();
});

test("any worker prices a request, until the customer accepts an offer", () => {
  const order = sampleOrder({ quote: sampleQuote({ state: "REQUESTED" }) });
  expect(workPart(order, will)).toBe("price");
  expect(workPart({ ...order, quote: sampleQuote({ state: "EXPIRED" }) }, will)).toBe("price");
  expect(workPart({ ...order, quote: sampleQuote({ state: "ACCEPTED" }) }, will)).toBeNull();
  expect(workPart({ ...order, customer: { id: will.id, name: "Will", email: null } }, will)).toBeNull();
});

test("open requests come first, and old decisions are no news", () => {
  const now = Date.parse("2026-11-30T12:00:00Z");
  const shown = shownRequests(
    [
      request({ id: "new", state: "REJECTED", decidedAt: "2026-11-29T12:00:00Z" }),
      request({ id: "open" }),
      request({ id: "old", state: "APPROVED", decidedAt: "2026-11-01T12:00:00Z" }),
    ],
    now,
  );
  expect(shown.map(({ id }) => id)).toEqual(["open", "new"]);
});
