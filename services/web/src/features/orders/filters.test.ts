import { expect, test } from "vitest";
import { changed, isNarrowed, type OrderFilters, orderFilters, orderQuery } from "./filters";

test("the address keeps what was chosen", () => {
  const filters: OrderFilters = {
    q: "logo",
    status: ["PENDING", "ON_HOLD"],
    paymentStatus: ["UNPAID"],
    from: "2026-11-01",
    to: "2026-11-30",
    sort: "TOTAL_DESC",
    cursor: "abc_-9",
  };
  expect(orderFilters(JSON.parse(JSON.stringify(filters)))).toEqual(filters);
});

test("an empty address has no filters", () => {
  expect(Object.values(orderFilters({})).filter((value) => value !== undefined)).toEqual([]);
});

test("a broken address shows more, not an error", () => {
  const broken = {
    q: { a: 1 },
    status: ["PENDING", "LOST"],
    paymentStatus: "FREE",
    from: "yesterday",
    to: "2026-13-45",
    sort: "NAME",
    cursor: "no cursor!",
    other: 1,
  };
  const filters = orderFilters(broken);
  expect(JSON.parse(JSON.stringify(filters))).toEqual({ status: ["PENDING"] });
});

test("a number, and a single value, are understood", () => {
  expect(orderFilters({ q: 2611, status: "PENDING", cursor: 12 })).toMatchObject({
    q: "2611",
    status: ["PENDING"],
    cursor: "12",
  });
});

test("a change begins at the first page", () => {
  const filters = orderFilters({ q: "logo", cursor: "abc" });
  expect(changed(filters, { status: ["PENDING"] })).toEqual({ q: "logo", status: ["PENDING"] });
  expect(changed(filters, { cursor: "def" })).toEqual({ q: "logo", cursor: "def" });
  expect(changed(filters, { q: undefined })).toEqual({});
  expect(changed(filters, { status: [] })).toEqual({ q: "logo" });
});

test("order and page do not narrow the list", () => {
  expect(isNarrowed(orderFilters({ sort: "OLDEST", cursor: "abc" }))).toBe(false);
  expect(isNarrowed(orderFilters({ q: "a" }))).toBe(true);
  expect(isNarrowed(orderFilters({ to: "2026-11-30" }))).toBe(true);
});

test("days are whole days of the browser's calendar, in any order", () => {
  const query = orderQuery(orderFilters({ from: "2026-11-30", to: "2026-11-01" }));
  expect(query.from).toBe(new Date(2026, 10, 1).toISOString());
  expect(query.to).toBe(new Date(2026, 11, 1).toISOString());
  expect(orderQuery({}).from).toBeUndefined();
});
