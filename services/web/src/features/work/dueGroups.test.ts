import { expect, test } from "vitest";
import type { Order } from "@/api/schema";
import { sampleOrder } from "@/testing/samples";
import { doneLately, dueGroup, groupWork, nextWork } from "./dueGroups";

const NOW = Date.parse("2026-11-30T15:00:00Z");

const order = (id: string, estimatedCompletion: string | null, changes: Partial<Order> = {}) =>
  sampleOrder({ id, estimatedCompletion, status: "IN_PROGRESS", ...changes });

test.each([
  ["2026-11-29T23:00:00Z", "overdue"],
  ["2026-11-30T00:00:00Z", "today"],
  ["2026-11-30T23:59:59Z", "today"],
  ["2026-12-01T00:00:00Z", "week"],
  ["2026-12-07T23:59:00Z", "week"],
  ["2026-12-08T00:00:00Z", "later"],
  [null, "none"],
])("what is wanted at %s is %s", (wanted, group) => {
  expect(dueGroup(wanted, NOW, "UTC")).toBe(group);
});

test("what was wanted this morning is still for today", () => {
  expect(dueGroup("2026-11-30T08:00:00Z", NOW, "UTC")).toBe("today");
});

test("the day is that of the worker, not that of the server", () => {
  const wanted = "2026-12-01T02:00:00Z";
  expect(dueGroup(wanted, NOW, "UTC")).toBe("week");
  // There it is still the evening of the 30th.
  expect(dueGroup(wanted, NOW, "America/New_York")).toBe("today");
  // And there the 1st of December has begun.
  expect(dueGroup("2026-11-30T12:00:00Z", NOW, "Asia/Tokyo")).toBe("overdue");
});

test("a change of the clocks does not move a day", () => {
  const now = Date.parse("2026-10-24T22:30:00Z");
  expect(dueGroup("2026-10-25T21:30:00Z", now, "Europe/Berlin")).toBe("today");
  expect(dueGroup("2026-10-25T23:30:00Z", now, "Europe/Berlin")).toBe("week");
});

test("groups are sorted by date, and what is on hold is apart", () => {
  const groups = groupWork(
    [
      order("b", "2026-12-03T00:00:00Z"),
      order("a", "2026-12-01T00:00:00Z"),
      order("held", "2026-11-01T00:00:00Z", { status: "ON_HOLD" }),
      order("young", null, { createdAt: "2026-11-20T00:00:00Z" }),
      order("old", null, { createdAt: "2026-11-10T00:00:00Z" }),
    ],
    NOW,
    "UTC",
  );
  expect(groups.week.map(({ id }) => id)).toEqual(["a", "b"]);
  expect(groups.held.map(({ id }) => id)).toEqual(["held"]);
  expect(groups.none.map(({ id }) => id)).toEqual(["old", "young"]);
  expect(groups.overdue).toEqual([]);
});

test("the next work is the most urgent, without what is on hold", () => {
  const groups = groupWork(
    [
      order("later", "2027-01-01T00:00:00Z"),
      order("held", "2026-11-01T00:00:00Z", { status: "ON_HOLD" }),
      order("overdue", "2026-11-01T00:00:00Z"),
      order("today", "2026-11-30T00:00:00Z"),
    ],
    NOW,
    "UTC",
  );
  expect(nextWork(groups, 2).map(({ id }) => id)).toEqual(["overdue", "today"]);
});

test("what was done in the last seven days counts, today included", () => {
  const done = (id: string, completedAt: string) => sampleOrder({ id, status: "COMPLETED", completedAt });
  const orders = [
    done("today", "2026-11-30T14:00:00Z"),
    done("first", "2026-11-24T00:00:00Z"),
    done("before", "2026-11-23T23:59:00Z"),
    sampleOrder({ id: "open" }),
  ];
  expect(doneLately(orders, NOW, "UTC").map(({ id }) => id)).toEqual(["today", "first"]);
});
