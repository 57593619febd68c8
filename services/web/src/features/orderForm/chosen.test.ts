import { expect, test } from "vitest";
import { ApiError } from "@/api/failure";
import type { Cart } from "@/api/schema";
import { chosenCart, chosenItems, isQuoteRequest, NOTHING, needsOf } from "./chosen";
import { logo, mug } from "./testing";
import { takeAvailable } from "./useOrderForm";

const lines = [
  { productId: mug.id, quantity: "2" },
  { productId: logo.id, quantity: "1" },
];
const found = [mug, logo].map((data) => ({ data, error: null }));

test("sums up what is chosen", () => {
  expect(chosenItems(lines, found).total).toEqual({ amount: 7_400, currency: "USD" });
  expect(chosenItems([], []).total).toBeNull();
});

test("has no total before everything is known", () => {
  const loading = chosenItems(lines, [{ data: mug, error: null }]);
  expect(loading).toMatchObject({ loading: true, total: null });
  const failed = chosenItems(lines, [
    { data: mug, error: null },
    { data: undefined, error: new TypeError("fetch") },
  ]);
  expect(failed).toMatchObject({ loading: false, total: null });
  expect(failed.error).toBeInstanceOf(TypeError);
});

test("tells products that are not sold any more", () => {
  const missing = new ApiError({ status: 404, code: "NOT_FOUND", message: "no" });
  const chosen = chosenItems(lines, [
    { data: { ...mug, active: false }, error: null },
    { data: undefined, error: missing },
  ]);
  expect(chosen).toMatchObject({ gone: [mug.id, logo.id], error: null, total: null });
});

test("goods are sent somewhere, work is described", () => {
  expect(needsOf("items", chosenItems(lines, found))).toEqual({ address: true, wish: true });
  expect(needsOf("items", chosenItems(lines.slice(0, 1), found))).toEqual({ address: true, wish: false });
  expect(needsOf("request", NOTHING)).toEqual({ address: false, wish: true });
});

test("an order without a price asks for one", () => {
  expect(isQuoteRequest("request", NOTHING)).toBe(true);
  expect(isQuoteRequest("items", chosenItems(lines, found))).toBe(false);
  const free = { ...logo, price: { amount: 0, currency: "USD" } };
  expect(isQuoteRequest("items", chosenItems(lines.slice(1), [{ data: free, error: null }]))).toBe(true);
  expect(isQuoteRequest("items", chosenItems([], []))).toBe(false);
});

test("of the cart, what can be ordered is ordered", () => {
  const item = {
    productId: mug.id,
    name: mug.name,
    kind: mug.kind,
    unitPrice: mug.price,
    lineTotal: mug.price,
    available: 5,
    changes: [],
  };
  const cart: Cart = {
    items: [
      { ...item, quantity: 1 },
      { ...item, productId: "2", quantity: 0 },
    ],
    subtotal: mug.price,
    version: 3,
    updatedAt: null,
    expiresAt: null,
    changed: true,
  };
  expect(chosenCart(cart, false, null)).toMatchObject({ lines: [{ productId: mug.id }], total: mug.price });
  expect(chosenCart(undefined, true, null)).toMatchObject({ lines: [], total: null, loading: true });
});

test("takes what is left of each product", () => {
  const wanted = [...lines, { productId: "sold out", quantity: "1" }];
  const rest = chosenItems(wanted, [
    { data: { ...mug, available: 1 }, error: null },
    { data: logo, error: null },
    { data: { ...mug, id: "sold out", available: 0 }, error: null },
  ]);
  expect(takeAvailable(wanted, rest)).toEqual([
    { productId: mug.id, quantity: "1" },
    { productId: logo.id, quantity: "1" },
  ]);
});
