import { expect, test } from "vitest";
import type { OrderItem, Shipment } from "@/api/schema";
import { sampleOrder } from "@/testing/samples";
import { NEXT_STATES, noShipping, packed, shipmentBody, shipmentDraft, shipmentField, unshipped } from "./shipping";

const price = { amount: 1000, currency: "USD" };
const goods = (productId: string | null, quantity: number): OrderItem => ({
  productId,
  name: `Product ${productId}`,
  kind: "GOODS",
  quantity,
  unitPrice: price,
  lineTotal: price,
  refundedQuantity: 0,
});
const shipment = (state: Shipment["state"], lines: [string, number][]): Shipment => ({
  id: `0190-${state}`,
  orderId: "0190-order",
  state,
  carrier: null,
  trackingNumber: null,
  trackingUrl: null,
  note: null,
  lines: lines.map(([productId, quantity]) => ({ productId, name: productId, quantity })),
  shippedAt: null,
  deliveredAt: null,
  createdAt: "2026-11-30T10:00:00Z",
  updatedAt: "2026-11-30T10:00:00Z",
  version: 1,
});
const order = sampleOrder({
  kind: "MIXED",
  paymentStatus: "PAID",
  status: "IN_PROGRESS",
  items: [...sampleOrder().items, goods("mug", 3), goods("cap", 1), goods("mug", 2), goods(null, 9)],
});
const counts = (shipments: Shipment[]) =>
  unshipped(order, shipments).map(({ productId, quantity }) => [productId, quantity]);

test("what is left is all goods without what is in shipments", () => {
  expect(counts([])).toEqual([
    ["mug", 5],
    ["cap", 1],
  ]);
  expect(counts([shipment("SHIPPED", [["mug", 2]]), shipment("PREPARING", [["cap", 1]])])).toEqual([["mug", 3]]);
  expect(counts([shipment("CANCELLED", [["mug", 5]])])).toEqual(counts([]));
});

test("only paid goods of an order that goes on are shipped", () => {
  expect(noShipping(order)).toBeNull();
  expect(noShipping({ ...order, paymentStatus: "PARTIALLY_REFUNDED" })).toBeNull();
  expect(noShipping({ ...order, kind: "SERVICE" })).toBe("noGoods");
  expect(noShipping({ ...order, status: "ON_HOLD" })).toBe("held");
  expect(noShipping({ ...order, status: "CANCELLED" })).toBe("over");
  expect(noShipping({ ...order, paymentStatus: "UNPAID" })).toBe("notPaid");
  expect(noShipping({ ...order, paymentStatus: "REFUNDED" })).toBe("notPaid");
});

test("a shipment goes one way", () => {
  expect(NEXT_STATES.PREPARING).toEqual(["SHIPPED", "CANCELLED"]);
  expect(NEXT_STATES.SHIPPED).toEqual(["DELIVERED", "CANCELLED"]);
  expect(NEXT_STATES.DELIVERED).toEqual([]);
});

test("lines without units are not sent, and complaints find their lines all the same", () => {
  const draft = shipmentDraft(unshipped(order, []));
  const [mug, cap] = draft.lines;
  if (!mug || !cap) throw new Error("there are no lines");
  const only = {
    ...draft,
    lines: [
      { ...mug, pack: "" },
      { ...cap, pack: 1 },
    ],
    carrier: " DHL ",
    note: "  ",
  };
  expect(packed(only)).toEqual([{ index: 1, productId: "cap", quantity: 1 }]);
  expect(shipmentBody(only, "PREPARING")).toEqual({
    state: "PREPARING",
    lines: [{ productId: "cap", quantity: 1 }],
    carrier: "DHL",
    trackingNumber: null,
    trackingUrl: null,
    note: null,
  });
  expect(shipmentField("lines[0].quantity", only)).toBe("lines.1.pack");
  expect(shipmentField("trackingNumber", only)).toBe("trackingNumber");
});
