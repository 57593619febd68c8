import { expect, test } from "vitest";
import { sampleOrder, sampleWorker } from "@/testing/samples";
import { fits } from "./poolFit";

const worker = sampleWorker({ limit: 3, openOrders: 1 });
const order = sampleOrder();

test.each([
  [{}, true],
  [{ kind: "SERVICE" as const }, true],
  [{ kind: "MIXED" as const }, false],
  [{ minTotal: 45001 }, false],
  [{ maxTotal: 44999 }, false],
  [{ minTotal: 45000, maxTotal: 45000 }, true],
  [{ q: "LOGO bak" }, true],
  [{ q: "lovelace" }, true],
  [{ q: "logo cake" }, false],
  [{ q: "7k3m9qx" }, true],
  // Too short for a part of the number, and the beginning of no word.
  [{ q: "3m" }, false],
])("%o fits: %s", (filters, expected) => {
  expect(fits(order, filters, worker)).toBe(expected);
});

test("only the server knows categories", () => {
  expect(fits(order, { category: "design" }, worker)).toBe("ask");
  expect(fits(order, { mine: true }, { ...worker, categoryIds: ["0190-design"] })).toBe("ask");
  expect(fits(order, { mine: true }, undefined)).toBe("ask");
});

test("a worker with all categories may claim everything until the limit is reached", () => {
  expect(fits(order, { mine: true }, worker)).toBe(true);
  expect(fits(order, { mine: true }, { ...worker, openOrders: 3 })).toBe(false);
  expect(fits(order, { mine: true }, { ...worker, openOrders: 3, limit: 0 })).toBe(true);
});
