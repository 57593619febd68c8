import { expect, test } from "vitest";
import { accountOf, entriesOf } from "./entries";
import { aLine } from "./testing";

const whole = { filtered: false, before: false, after: false };

test("lines are put together by entry, in the order of the list, and balance", () => {
  const later = [aLine("4", "b", 100), aLine("3", "b", -80), aLine("2", "b", -20)];
  const entries = entriesOf([...later, aLine("1", "a", 7), aLine("0", "a", -7)], whole);
  expect(entries.map(({ id, lines: own, balanced }) => [id, own.length, balanced])).toEqual([
    ["b", 3, true],
    ["a", 2, true],
  ]);
  expect(entries[0]?.sums).toEqual([{ amount: 0, currency: "USD" }]);
});

test("an entry that is whole and does not balance is told of", () => {
  const [entry] = entriesOf([aLine("1", "a", 7), aLine("0", "a", -6)], whole);
  expect(entry).toMatchObject({ balanced: false, partial: false, sums: [{ amount: 1 }] });
});

test("entries of another line in between stay together", () => {
  const entries = entriesOf([aLine("3", "a", 5), aLine("2", "b", 9), aLine("1", "a", -5), aLine("0", "b", -9)], whole);
  expect(entries.every(({ balanced }) => balanced)).toBe(true);
});

test("the edges of a page may cut an entry, its middle may not", () => {
  const lines = [aLine("3", "c", 5), aLine("2", "b", 9), aLine("1", "a", 4)];
  const partial = (cut: typeof whole) => entriesOf(lines, cut).map((entry) => entry.partial);
  expect(partial({ ...whole, before: true })).toEqual([true, false, false]);
  expect(partial({ ...whole, after: true })).toEqual([false, false, true]);
  expect(partial({ ...whole, filtered: true })).toEqual([true, true, true]);
});

test("currencies balance each by itself", () => {
  const euro = { amount: { amount: -5, currency: "EUR" } };
  const [entry] = entriesOf([aLine("1", "a", 5), aLine("0", "a", -5, euro)], whole);
  expect(entry?.balanced).toBe(false);
  expect(entry?.sums).toHaveLength(2);
});

test.each([
  ["orders", { kind: "orders", name: "orders" }],
  ["provider:STRIPE", { kind: "provider", name: "STRIPE" }],
  ["worker:42", { kind: "worker", id: "42" }],
  ["tax:DE", { kind: "other", name: "tax:DE" }],
])("the account %s is known", (account, expected) => {
  expect(accountOf(account)).toEqual(expected);
});
