import { expect, test } from "vitest";
import { changedCount, changedItems, countNew } from "./changes";
import { notification } from "./testing";

const at = "2026-11-30T13:00:00Z";
const before = "2026-11-30T12:30:00Z";

test("a read one stays in the list, and is one unread less", () => {
  const change = { kind: "read", id: "a", at, unread: true } as const;
  const items = changedItems([notification("a"), notification("b")], change);
  expect(items.map(({ id, readAt }) => [id, readAt])).toEqual([
    ["a", at],
    ["b", null],
  ]);
  expect(changedCount(2, change)).toBe(1);
});

test("reading twice counts once", () => {
  const change = { kind: "read", id: "a", at, unread: false } as const;
  expect(changedItems([{ ...notification("a"), readAt: before }], change)[0]?.readAt).toBe(before);
  expect(changedCount(2, change)).toBe(2);
});

test("after reading all, none is unread", () => {
  const change = { kind: "allRead", at } as const;
  const items = changedItems([notification("a"), { ...notification("b"), readAt: before }], change);
  expect(items.map(({ readAt }) => readAt)).toEqual([at, before]);
  expect(changedCount(7, change)).toBe(0);
});

test("a deleted one is gone, and counts only if it was unread", () => {
  const change = { kind: "gone", id: "a", unread: true } as const;
  expect(changedItems([notification("a"), notification("b")], change).map(({ id }) => id)).toEqual(["b"]);
  expect(changedCount(1, change)).toBe(0);
  expect(changedCount(1, { ...change, unread: false })).toBe(1);
  // Another tab was faster.
  expect(changedCount(0, change)).toBe(0);
});

test("an event that comes twice counts once", () => {
  const counted = new Set<string>();
  expect(countNew(3, notification("a"), counted)).toBe(4);
  expect(countNew(4, notification("a"), counted)).toBe(4);
  expect(countNew(4, { ...notification("b"), readAt: before }, counted)).toBe(4);
});
