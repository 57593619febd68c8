import { expect, test } from "vitest";
import { outcome, stockState } from "./stock";
import { aProduct } from "./testing";

test("a product's own threshold goes before the shop's", () => {
  const five = aProduct({ available: 5 });
  expect(stockState(five, 5)).toBe("fine");
  expect(stockState(five, 6)).toBe("low");
  expect(stockState({ ...five, lowStockThreshold: 3 }, 6)).toBe("fine");
  expect(stockState({ ...five, lowStockThreshold: 10 }, undefined)).toBe("low");
});

test("nothing available is worse than low, and services have no stock", () => {
  expect(stockState(aProduct({ available: 0 }), 5)).toBe("out");
  expect(stockState(aProduct({ available: null }), 5)).toBe("none");
});

test("the result is shown for each way to type a change", () => {
  expect(outcome("add", "12", 40, 2)).toEqual({ kind: "change", delta: 12, onHand: 52, available: 50 });
  expect(outcome("remove", "12", 40, 2)).toEqual({ kind: "change", delta: -12, onHand: 28, available: 26 });
  expect(outcome("set", "12", 40, 2)).toEqual({ kind: "change", delta: -28, onHand: 12, available: 10 });
});

test("reserved units stay on hand", () => {
  expect(outcome("remove", "38", 40, 2).kind).toBe("change");
  expect(outcome("remove", "39", 40, 2)).toEqual({ kind: "reserved", reserved: 2 });
  expect(outcome("set", "1", 40, 2)).toEqual({ kind: "reserved", reserved: 2 });
});

test("says what is no change", () => {
  expect(outcome("add", " ", 40, 2).kind).toBe("nothing");
  expect(outcome("add", "0", 40, 2).kind).toBe("unchanged");
  expect(outcome("set", "40", 40, 2).kind).toBe("unchanged");
  expect(outcome("add", "1.5", 40, 2).kind).toBe("invalid");
  expect(outcome("add", "-5", 40, 2).kind).toBe("invalid");
  expect(outcome("add", "999999999", 40, 2).kind).toBe("tooMany");
});
