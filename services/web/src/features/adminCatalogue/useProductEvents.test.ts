import { expect, test } from "vitest";
import { aProduct } from "./testing";
import { withEvent } from "./useProductEvents";

const row = aProduct({ lowStockThreshold: 3 });

test("an event changes what it says, and leaves what only administrators see", () => {
  const { onHand: _, reserved: __, ...shown } = aProduct({ name: "Mug", available: 30, version: 4 });
  const kept = { onHand: 40, reserved: 2, lowStockThreshold: 3 };
  expect(withEvent(row, shown)).toMatchObject({ name: "Mug", available: 30, ...kept });
});

test("an older event and one of another product change nothing", () => {
  expect(withEvent(row, aProduct({ name: "Old", version: 2 }))).toBe(row);
  expect(withEvent(row, aProduct({ id: "other", name: "Other", version: 9 }))).toBe(row);
});

test("a product that is no longer public stays as it was, but is not on sale", () => {
  expect(withEvent(row, { id: row.id, active: false })).toEqual({ ...row, active: false });
});
