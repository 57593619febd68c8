import { expect, test } from "vitest";
import type { Order, OrderStatus } from "@/api/schema";
import { sampleQuote } from "@/testing/samples";
import { anOrder } from "./testing";
import { isReleasable, isReplaceable, nextStatuses, notAssignable } from "./transitions";

const grace = { id: "g", name: "Grace" };
const quote = sampleQuote({ state: "REQUESTED" });

/** The administrator's rows of the table in `services/order/src/orders/domain/transitions.rs`, without CANCELLED. */
test.each<[OrderStatus, OrderStatus | null, OrderStatus[]]>([
  ["PENDING", null, ["IN_PROGRESS", "ON_HOLD"]],
  ["IN_PROGRESS", null, ["COMPLETED", "ON_HOLD"]],
  ["ON_HOLD", "IN_PROGRESS", ["IN_PROGRESS"]],
  ["ON_HOLD", "PENDING", ["IN_PROGRESS", "PENDING"]],
  ["ON_HOLD", null, ["IN_PROGRESS"]],
  ["COMPLETED", null, []],
  ["CANCELLED", null, []],
])("from %s, held from %s, it may go to %j", (status, heldFrom, expected) => {
  expect(nextStatuses(anOrder({ status }), heldFrom)).toEqual(expected);
});

test("work does not begin before there is a price", () => {
  expect(nextStatuses(anOrder({ quote }), null)).toEqual(["ON_HOLD"]);
  expect(nextStatuses(anOrder({ quote: { ...quote, state: "ACCEPTED" } }), null)).toContain("IN_PROGRESS");
});

test.each<[Partial<Order>, string | null]>([
  [{}, null],
  [{ status: "COMPLETED" }, "over"],
  [{ status: "CANCELLED" }, "over"],
  [{ kind: "GOODS" }, "goods"],
  [{ kind: "MIXED" }, null],
  [{ quote }, "unpriced"],
  [{ paymentStatus: "UNPAID" }, "unpaid"],
  // An administrator has started it unpaid.
  [{ paymentStatus: "UNPAID", status: "IN_PROGRESS" }, null],
])("%j cannot be assigned because: %s", (part, why) => {
  expect(notAssignable(anOrder(part))).toBe(why);
});

test("only an order with a worker goes back to the pool", () => {
  expect(isReleasable(anOrder({ status: "IN_PROGRESS", assignee: grace }))).toBe(true);
  expect(isReleasable(anOrder({ status: "ON_HOLD", assignee: grace }))).toBe(true);
  expect(isReleasable(anOrder({ status: "IN_PROGRESS" }))).toBe(false);
  expect(isReleasable(anOrder({ status: "COMPLETED", assignee: grace }))).toBe(false);
});

test("an order that was refunded is not replaced", () => {
  expect(isReplaceable(anOrder({ status: "IN_PROGRESS" }))).toBe(true);
  expect(isReplaceable(anOrder({ status: "IN_PROGRESS", paymentStatus: "UNPAID" }))).toBe(true);
  expect(isReplaceable(anOrder({ status: "IN_PROGRESS", paymentStatus: "REFUNDED" }))).toBe(false);
  expect(isReplaceable(anOrder({ status: "PENDING" }))).toBe(false);
});
