import { expect, test } from "vitest";
import { differences, fieldWords } from "./difference";

test("only what changed is listed, with its value before and after", () => {
  const before = { orderNumber: "W1", status: "PENDING", assigneeId: null };
  const after = { orderNumber: "W1", status: "IN_PROGRESS", assigneeId: "g" };
  expect(differences(before, after)).toEqual([
    { field: "status", from: "PENDING", to: "IN_PROGRESS" },
    { field: "assigneeId", from: null, to: "g" },
  ]);
});

test("fields that one side does not have are added or removed", () => {
  expect(differences({ a: 1 }, { b: 2 })).toEqual([
    { field: "a", from: 1, to: undefined },
    { field: "b", from: undefined, to: 2 },
  ]);
  expect(differences(null, { note: "new" })).toEqual([{ field: "note", from: undefined, to: "new" }]);
  expect(differences({ note: "old" }, null)).toEqual([{ field: "note", from: "old", to: undefined }]);
});

test("null and missing are the same", () => {
  expect(differences({ a: null }, {})).toEqual([]);
});

test("fields within fields have a path, amounts stay together", () => {
  const money = (amount: number) => ({ amount, currency: "USD" });
  expect(differences({ price: money(1) }, { price: money(2), request: { kind: "COMPLETION" } })).toEqual([
    { field: "price", from: money(1), to: money(2) },
    { field: "request.kind", from: undefined, to: "COMPLETION" },
  ]);
});

test("lists are compared as a whole", () => {
  expect(differences({ items: [1, 2] }, { items: [1, 2] })).toEqual([]);
  expect(differences({ items: [1, 2] }, { items: [2, 1] })).toHaveLength(1);
});

test.each([null, undefined, "text", 3, []])("%j has no fields", (value) => {
  expect(differences(value, value)).toEqual([]);
});

test("names of fields become words", () => {
  expect(fieldWords("request.requestedBy")).toBe("Request requested by");
  expect(fieldWords("max_open")).toBe("Max open");
});
