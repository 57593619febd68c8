import { expect, test } from "vitest";
import { parse } from "@/ui/searchFields";
import {
  compact,
  ledgerFilters,
  narrowing,
  type OrderFilters,
  orderFilters,
  orderQuery,
  paymentFilters,
  requestFilters,
  sameList,
} from "./filters";

const id = "01890a5d-0000-774b-bcce-b30209900001";
const read = (search: unknown) => compact(parse(orderFilters, search));

const full: OrderFilters = {
  q: "bakery",
  status: ["PENDING", "ON_HOLD"],
  paymentStatus: ["PAID"],
  kind: ["SERVICE", "MIXED"],
  quote: ["REQUESTED"],
  unassigned: true,
  customerId: id,
  assigneeId: id,
  from: "2026-11-01",
  to: "2026-11-30",
  minTotal: 0,
  maxTotal: 5_000,
  sort: "TOTAL_DESC",
  columns: ["customer", "total"],
  cursor: "abc_-9",
};

test("an address with all filters stays as it is", () => {
  expect(read(full)).toEqual(full);
  expect(read(JSON.parse(JSON.stringify(full)))).toEqual(full);
});

test("one value stands for a list of one, and a number for a text", () => {
  expect(read({ status: "ON_HOLD", q: 2611, cursor: 42, minTotal: "300", unassigned: "true" })).toEqual({
    status: ["ON_HOLD"],
    q: "2611",
    cursor: "42",
    minTotal: 300,
    unassigned: true,
  });
});

test("unknown values of a list are left out, the known ones stay", () => {
  expect(read({ status: ["NOPE", "PENDING", 3, null, "PENDING"] })).toEqual({ status: ["PENDING"] });
});

test.each([
  { status: [] },
  { status: ["NOPE"] },
  { status: { a: 1 } },
  { q: "  " },
  { q: ["a"] },
  { unassigned: false },
  { unassigned: 1 },
  { customerId: "1" },
  { assigneeId: `${id}0` },
  { from: "yesterday" },
  { from: "2026-02-30" },
  { to: 20261130 },
  { minTotal: -1 },
  { minTotal: 1.5 },
  { maxTotal: "" },
  { maxTotal: null },
  { sort: "newest" },
  { columns: "nothing" },
  { cursor: "a b" },
  { other: "x" },
])("%j counts as not given", (search) => {
  expect(read(search)).toEqual({});
});

test("a long search is cut to what the API takes", () => {
  expect(read({ q: "x".repeat(300) }).q).toHaveLength(200);
});

test("bounds in the wrong order are swapped, so that the list is not refused", () => {
  const query = orderQuery({ from: "2026-11-30", to: "2026-11-01", minTotal: 9, maxTotal: 2 });
  expect([query.minTotal, query.maxTotal]).toEqual([2, 9]);
  expect(String(query.from) < String(query.to)).toBe(true);
});

test("days are those of the browser's calendar, the last one included", () => {
  const { from, to } = orderQuery({ from: "2026-11-30", to: "2026-11-30" });
  expect(from).toBe(new Date(2026, 10, 30).toISOString());
  expect(to).toBe(new Date(2026, 11, 1).toISOString());
});

test("the query has neither page nor columns", () => {
  expect(Object.keys(compact(orderQuery(full)))).not.toContain("cursor");
  expect(Object.keys(compact(orderQuery(full)))).not.toContain("columns");
});

test("lists are the same whatever the page, and differ by filters, sort and columns", () => {
  expect(sameList({ status: ["PENDING"], cursor: "a" }, { cursor: undefined, status: ["PENDING"] })).toBe(true);
  expect(sameList({ status: ["PENDING"] }, {})).toBe(false);
  expect(sameList({ sort: "OLDEST" }, {})).toBe(false);
  expect(sameList({ columns: ["total"] }, {})).toBe(false);
});

test("sort, columns and page do not narrow a list", () => {
  expect(narrowing({ sort: "OLDEST", columns: ["total"], cursor: "a" })).toEqual({});
  expect(narrowing({ q: "a", sort: "OLDEST" })).toEqual({ q: "a" });
});

test("the other lists read their addresses too, broken ones included", () => {
  expect(compact(parse(requestFilters, { state: "ALL", kind: "CANCELLATION", request: id }))).toEqual({
    state: "ALL",
    kind: ["CANCELLATION"],
    request: id,
  });
  expect(compact(parse(requestFilters, { state: ["ALL"], kind: 1, request: "x" }))).toEqual({});
  expect(compact(parse(paymentFilters, { state: ["FAILED", "?"], orderId: id }))).toEqual({
    state: ["FAILED"],
    orderId: id,
  });
  expect(compact(parse(ledgerFilters, { account: `worker:${id}` }))).toEqual({ account: `worker:${id}` });
  for (const account of ["worker:1", "provider:CASH", "platform:x", "", 3]) {
    expect(compact(parse(ledgerFilters, { account }))).toEqual({});
  }
});
