import { describe, expect, test } from "vitest";
import type { Order, OrderStatus } from "@/api/schema";
import { sampleOrder, sampleQuote } from "@/testing/samples";
import { actionsOf, openCancellation, partiesOf } from "./actions";

const NOW = new Date("2026-12-10T12:00:00Z").getTime();
const ada = { id: "0190-ada", role: "CUSTOMER" } as const;
const bob = { id: "0190-bob", role: "STAFF" } as const;
const eve = { id: "0190-eve", role: "ADMIN" } as const;
const ALL: OrderStatus[] = ["PENDING", "IN_PROGRESS", "ON_HOLD", "COMPLETED", "CANCELLED"];

const actions = (changes: Partial<Order>, viewer: Parameters<typeof actionsOf>[1] = ada) =>
  actionsOf(sampleOrder(changes), viewer, NOW);

/** The statuses in which something is possible. */
function when(can: (changes: Partial<Order>) => unknown, changes: Partial<Order> = {}): OrderStatus[] {
  return ALL.filter((status) => Boolean(can({ ...changes, status })));
}

describe("the customer", () => {
  test("pays what is due, as long as there is time", () => {
    expect(when((order) => actions(order).pay)).toEqual(["PENDING", "IN_PROGRESS", "ON_HOLD", "COMPLETED"]);
    expect(actions({ paymentStatus: "FAILED" }).pay).toBe(true);
    expect(actions({ paymentStatus: "PAID" }).pay).toBe(false);
    expect(actions({ paymentStatus: "REFUNDED" }).pay).toBe(false);
    expect(actions({ expiresAt: "2026-12-10T12:01:00Z" }).pay).toBe(true);
    expect(actions({ expiresAt: "2026-12-10T12:00:00Z" }).pay).toBe(false);
    expect(actions({ total: { amount: 0, currency: "USD" } }).pay).toBe(false);
    expect(actions({ quote: sampleQuote() }).pay).toBe(false);
    expect(actions({ quote: sampleQuote({ state: "ACCEPTED" }) }).pay).toBe(true);
  });

  test("accepts an offer until it ends", () => {
    expect(actions({ quote: sampleQuote() }).accept).toBe(true);
    expect(actions({ quote: sampleQuote({ validUntil: "2026-12-10T12:00:00Z" }) }).accept).toBe(false);
    expect(actions({ quote: sampleQuote({ state: "EXPIRED" }) }).accept).toBe(false);
    expect(actions({ quote: sampleQuote(), status: "ON_HOLD" }).accept).toBe(false);
    expect(actions({}).accept).toBe(false);
  });

  test("edits while it waits, and quantities until it is paid", () => {
    expect(when((order) => actions(order).edit)).toEqual(["PENDING"]);
    expect(actions({}).edit).toBe("all");
    expect(actions({ paymentStatus: "PAID" }).edit).toBe("details");
  });

  test("cancels as long as nobody works on it, and asks for it afterwards", () => {
    expect(when((order) => actions(order).cancel)).toEqual(["PENDING", "ON_HOLD"]);
    expect(when((order) => actions(order).askToCancel)).toEqual(["IN_PROGRESS"]);
  });

  test("gets money back for what was paid", () => {
    expect(actions({ paymentStatus: "PAID" }).refunds).toBe(true);
    expect(actions({ paymentStatus: "PARTIALLY_REFUNDED" }).refunds).toBe(true);
    expect(actions({}).refunds).toBe(false);
    expect(actions({ paymentStatus: "PAID", total: { amount: 0, currency: "USD" } }).refunds).toBe(false);
  });

  test("orders again what was one product", () => {
    expect(when((order) => actions(order).again)).toEqual(["COMPLETED", "CANCELLED"]);
    const order = sampleOrder({ status: "COMPLETED" });
    expect(actions(order).again).toEqual({ product: "0190-logo", quantity: 1 });
    expect(actions({ ...order, items: [...order.items, ...order.items] }).again).toBeNull();
    expect(actions({ ...order, items: order.items.map((item) => ({ ...item, productId: null })) }).again).toBeNull();
    expect(actions({ ...order, status: "CANCELLED", replacedById: "0190-other" }).again).toBeNull();
  });
});

test("others can do nothing here, except that administrators edit", () => {
  const nothing = actionsOf(sampleOrder(), null, NOW);
  expect(Object.values(nothing).some(Boolean)).toBe(false);
  for (const status of ALL) {
    expect(actions({ status, assignee: { id: bob.id, name: "Bob" } }, bob)).toEqual(nothing);
    expect(actions({ status }, eve)).toEqual({ ...nothing, edit: status === "PENDING" ? "all" : null });
  }
});

test("a viewer is what the order says", () => {
  const order = sampleOrder({ assignee: { id: bob.id, name: "Bob" } });
  expect(partiesOf(order, ada)).toEqual({ owner: true, assignee: false, admin: false });
  expect(partiesOf(order, bob)).toEqual({ owner: false, assignee: true, admin: false });
  expect(partiesOf(order, eve)).toEqual({ owner: false, assignee: false, admin: true });
  expect(partiesOf(order, { ...bob, id: "0190-other" })).toEqual({ owner: false, assignee: false, admin: false });
  expect(partiesOf(sampleOrder(), null)).toEqual({ owner: false, assignee: false, admin: false });
});

test("finds the open request to cancel", () => {
  const requests = [
    { kind: "COMPLETION", state: "PENDING" },
    { kind: "CANCELLATION", state: "REJECTED" },
    { kind: "CANCELLATION", state: "PENDING" },
  ] as const;
  expect(openCancellation([...requests])).toBe(requests[2]);
  expect(openCancellation(requests.slice(0, 2))).toBeUndefined();
});
