import { expect, test } from "vitest";
import type { PageProduct, Product } from "@/api/schema";
import { availabilityOf, canBeOrdered } from "./availability";
import { patchedPage, patchedProduct } from "./patches";

const mug = {
  id: "mug",
  name: "Enamel mug",
  active: true,
  available: 20,
  version: 4,
  price: { amount: 1_900, currency: "USD" },
  onHand: 25,
} as Product;

test.each([
  [{ active: true, available: 11 }, { state: "plenty" }, true],
  [{ active: true, available: 10 }, { state: "few", left: 10 }, true],
  [{ active: true, available: 1 }, { state: "few", left: 1 }, true],
  [{ active: true, available: 0 }, { state: "soldOut" }, false],
  [{ active: true, available: null }, { state: "service" }, true],
  [{ active: false, available: null }, { state: "gone" }, false],
  [{ active: false, available: 5 }, { state: "gone" }, false],
])("%o is %o", (product, availability, orderable) => {
  expect(availabilityOf(product)).toEqual(availability);
  expect(canBeOrdered(product)).toBe(orderable);
});

test("an event changes price and stock, also without a new version", () => {
  const { onHand: _, ...visible } = mug;
  expect(patchedProduct(mug, { ...visible, available: 3 })).toEqual({ ...mug, available: 3 });
  const dearer = { ...visible, version: 5, price: { amount: 2_000, currency: "USD" } };
  expect(patchedProduct(mug, dearer)?.price.amount).toBe(2_000);
});

test("an event that is older or of another product changes nothing", () => {
  expect(patchedProduct(mug, { ...mug, version: 3, available: 0 })).toBeUndefined();
  expect(patchedProduct(mug, { ...mug, id: "cup", available: 0 })).toBeUndefined();
});

test("an archived product stays readable, but cannot be ordered", () => {
  const gone = patchedProduct(mug, { id: "mug", active: false });
  expect(gone).toEqual({ ...mug, active: false });
  expect(gone && patchedProduct(gone, { id: "mug", active: false })).toBeUndefined();
});

test("a list keeps its order and its other rows", () => {
  const cup = { ...mug, id: "cup" };
  const page: PageProduct = { items: [cup, mug], nextCursor: "next", total: 9 };
  const next = patchedPage(page, { ...mug, available: 0 });
  expect(next).toEqual({ items: [cup, { ...mug, available: 0 }], nextCursor: "next", total: 9 });
  expect(next?.items[0]).toBe(cup);
  expect(patchedPage(page, { id: "pot", active: false })).toBeUndefined();
});
