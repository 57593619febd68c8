import { expect, test } from "vitest";
import { differences } from "./diff";

test("what is equal is left out, however deep it is", () => {
  const state = { orderNumber: "W-1", status: "PENDING", address: { city: "Graz", lines: ["a", "b"] } };
  expect(differences(state, structuredClone(state))).toEqual([]);
  expect(differences(state, { ...state, status: "ON_HOLD" })).toEqual([
    { kind: "changed", path: "status", before: "PENDING", after: "ON_HOLD" },
  ]);
});

test("parts are compared by their fields, and amounts as one value", () => {
  const before = { address: { city: "Graz", zip: "8010" }, total: { amount: 100, currency: "USD" } };
  const after = { address: { city: "Linz", zip: "8010" }, total: { amount: 150, currency: "USD" } };
  expect(differences(before, after)).toEqual([
    { kind: "changed", path: "address.city", before: "Graz", after: "Linz" },
    { kind: "changed", path: "total", before: before.total, after: after.total },
  ]);
});

test("of a list of values, what came and went", () => {
  expect(differences({ ids: ["a", "b", "b"] }, { ids: ["b", "c"] })).toEqual([
    { kind: "list", path: "ids", added: ["c"], removed: ["a", "b"] },
  ]);
});

test("another order of a list is a change", () => {
  expect(differences({ images: ["a", "b"] }, { images: ["b", "a"] })).toEqual([
    { kind: "changed", path: "images", before: ["a", "b"], after: ["b", "a"] },
  ]);
});

test("a list of objects is compared row by row", () => {
  const before = {
    items: [
      { sku: "A", quantity: 1 },
      { sku: "B", quantity: 1 },
    ],
  };
  const after = { items: [{ sku: "A", quantity: 2 }] };
  expect(differences(before, after)).toEqual([
    { kind: "changed", path: "items[1].quantity", before: 1, after: 2 },
    { kind: "removed", path: "items[2].sku", before: "B" },
    { kind: "removed", path: "items[2].quantity", before: 1 },
  ]);
});

test("of something new or deleted, every value that says something", () => {
  const state = { name: "Mug", description: "", parentId: null, tags: [], price: { amount: 5, currency: "EUR" } };
  expect(differences(null, state)).toEqual([
    { kind: "added", path: "name", after: "Mug" },
    { kind: "added", path: "price", after: { amount: 5, currency: "EUR" } },
  ]);
  expect(differences(state, null).map(({ kind, path }) => [kind, path])).toEqual([
    ["removed", "name"],
    ["removed", "price"],
  ]);
  expect(differences(null, null)).toEqual([]);
});

test("false and 0 are values, and a text is not a number", () => {
  expect(differences({ active: true, stock: 0 }, { active: false, stock: "0" })).toHaveLength(2);
  expect(differences({}, { active: false, stock: 0 })).toHaveLength(2);
  expect(differences({ a: null }, { a: null })).toEqual([]);
});

test("very deep values are compared as a whole, and nothing is lost", () => {
  const deep = (value: number) => ({ a: { b: { c: { d: { e: { f: value } } } } } });
  expect(differences(deep(1), deep(2))).toHaveLength(1);
});
