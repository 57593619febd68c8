import { expect, test } from "vitest";
import { ApiError } from "@/api/failure";
import type { Cart, CartChange, CartItem } from "@/api/schema";
import { storefront as t } from "@/i18n/en/storefront";
import { usd } from "@/testing/samples";
import { changedLines, changeText, EMPTY, lineOf, units, without } from "./cart";
import { quantityOf, quantityProblem, stepped } from "./quantity";
import { availableOf, refusalText } from "./refusal";

const change = (code: CartChange["code"], rest: Partial<CartChange> = {}): CartChange => ({
  code,
  message: "the server's text",
  previousPrice: null,
  previousQuantity: null,
  ...rest,
});
const line = (productId: string, quantity: number, price: number, changes: CartChange[] = []): CartItem => ({
  productId,
  name: productId,
  kind: "GOODS",
  quantity,
  unitPrice: usd(price),
  lineTotal: usd(price * quantity),
  available: 9,
  changes,
});
const cart: Cart = {
  ...EMPTY,
  items: [line("mug", 2, 1_900), line("lamp", 1, 4_500, [change("PRICE_CHANGED")]), line("tea", 0, 300)],
  subtotal: usd(8_300),
  version: 7,
  changed: true,
};

test("units are those that can be ordered", () => {
  expect(units(cart)).toBe(3);
  expect(units(undefined)).toBe(0);
  expect(lineOf(cart, "lamp")?.quantity).toBe(1);
  expect(lineOf(cart, "pot")).toBeUndefined();
  expect(changedLines(cart)).toBe(1);
});

test("a removed line leaves the sum, and its change with it", () => {
  const next = without(cart, "lamp");
  expect(next.items.map(({ productId }) => productId)).toEqual(["mug", "tea"]);
  expect(next.subtotal).toEqual(usd(3_800));
  expect(next.changed).toBe(false);
  expect(next.version).toBe(7);
  expect(without(cart, "mug").changed).toBe(true);
  expect(cart.items).toHaveLength(3);
});

test("amounts of another currency are not in the sum", () => {
  const old = { ...line("old", 1, 999), lineTotal: { amount: 999, currency: "EUR" } };
  expect(without({ ...cart, items: [...cart.items, old] }, "tea").subtotal).toEqual(usd(8_300));
});

test("changes are told with what was and what is", () => {
  const mug = line("mug", 3, 2_100);
  const text = (one: CartChange) => changeText(mug, one, t.changes);
  expect(text(change("PRICE_CHANGED", { previousPrice: usd(1_900) }))).toBe("The price was $19.00 and is $21.00 now.");
  expect(text(change("PRICE_CHANGED"))).toBe("The price is $21.00 now.");
  expect(text(change("QUANTITY_REDUCED", { previousQuantity: 5 }))).toBe("Only 3 of 5 can be ordered now.");
  expect(text(change("OUT_OF_STOCK"))).toContain("Sold out");
  expect(text(change("UNAVAILABLE"))).toContain("No longer sold");
  expect(text(change("CART_FULL"))).toContain("Did not fit");
  expect(text(change("SOMETHING_NEW" as CartChange["code"]))).toBe("the server's text");
});

test.each([
  ["1", 1],
  [" 12 ", 12],
  ["0", null],
  ["", null],
  ["-2", null],
  ["1.5", null],
  ["1e3", null],
  ["two", null],
])("the quantity %o is %o", (text, quantity) => expect(quantityOf(text)).toBe(quantity));

test("a quantity is checked against stock and cart", () => {
  expect(quantityProblem("3", { available: 3 }, t)).toBeNull();
  expect(quantityProblem("4", { available: 3 }, t)).toBe("Only 3 are left.");
  expect(quantityProblem("2", { available: 3, inCart: 2 }, t)).toBe(
    "Only 3 are left, and 2 of them are in your cart already.",
  );
  expect(quantityProblem("1", { available: 0 }, t)).toBe("It has just sold out.");
  expect(quantityProblem("", { available: 3 }, t)).toBe("Enter a whole number of at least 1.");
  expect(quantityProblem("1000000", { available: null }, t)).toBeNull();
  expect(quantityProblem("1000000", { available: null, inCart: 1 }, t)).toBe(t.hugeQuantity);
});

test("steps stay within what can be ordered", () => {
  expect(stepped("1", -1, null)).toBe("1");
  expect(stepped("2", -1, null)).toBe("1");
  expect(stepped("2", 1, 3)).toBe("3");
  expect(stepped("3", 1, 3)).toBe("3");
  expect(stepped("9", -1, 3)).toBe("3");
  expect(stepped("", 1, 3)).toBe("1");
  expect(stepped("x", -1, null)).toBe("1");
});

test("refusals are told where the quantity was typed", () => {
  const refused = (code: ApiError["code"], rest: object = {}) =>
    new ApiError({ status: 409, code, message: "no", ...rest });
  const few = refused("OUT_OF_STOCK", { context: { available: 1 } });
  expect(refusalText(few, 0, t)).toBe("Only 1 is left.");
  expect(availableOf(few)).toBe(1);
  expect(refusalText(refused("OUT_OF_STOCK", { context: { available: 0 } }), 0, t)).toBe("It has just sold out.");
  expect(refusalText(refused("NOT_FOUND"), 0, t)).toBe("It is not sold any more.");
  const full = { details: [{ field: "productId", message: "a cart can have at most 100 products" }] };
  expect(refusalText(refused("VALIDATION_ERROR", full), 0, t)).toBe(t.cartFull);
  const huge = { details: [{ field: "quantity", message: "the total is too large" }] };
  expect(refusalText(refused("VALIDATION_ERROR", huge), 0, t)).toBe(t.totalTooLarge);
  expect(refusalText(refused("UNAVAILABLE"), 0, t)).toBeNull();
  expect(refusalText(new TypeError("fetch"), 0, t)).toBeNull();
});
