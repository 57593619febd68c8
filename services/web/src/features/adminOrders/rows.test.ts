import { QueryClient } from "@tanstack/react-query";
import { expect, test } from "vitest";
import { withOrder } from "./dashboardData";
import { showRow, withRow } from "./rows";
import { aDashboard, anOrder } from "./testing";

test("a newer row takes its place, an older one does not", () => {
  const rows = [anOrder({ id: "1" }), anOrder({ id: "2" })];
  const next = withRow(rows, anOrder({ id: "2", version: 4, status: "ON_HOLD" }));
  expect(next.map(({ id, status }) => [id, status])).toEqual([
    ["1", "PENDING"],
    ["2", "ON_HOLD"],
  ]);
  expect(withRow(rows, anOrder({ id: "2", version: 2 }))).toBe(rows);
  expect(withRow(rows, anOrder({ id: "9" }))).toBe(rows);
});

test("what a row has besides stays", () => {
  const rows = [{ id: "1", version: 1, order: "expanded", state: "a" }];
  expect(withRow(rows, { id: "1", version: 2, state: "b" })).toEqual([
    { id: "1", version: 2, order: "expanded", state: "b" },
  ]);
});

test("all pages of the list show it, other data is left alone", () => {
  const client = new QueryClient();
  client.setQueryData(["get", "/list", 1], { items: [anOrder({ id: "1" })], nextCursor: null });
  client.setQueryData(["get", "/list", 2], { pages: [] });
  showRow(client, "/list", anOrder({ id: "1", version: 4, status: "ON_HOLD" }));
  expect(client.getQueryData(["get", "/list", 1])).toMatchObject({ items: [{ status: "ON_HOLD" }], nextCursor: null });
  expect(client.getQueryData(["get", "/list", 2])).toEqual({ pages: [] });
});

test("the dashboard has the ten newest orders, the newest at the top", () => {
  const recentOrders = Array.from({ length: 10 }, (_, index) => anOrder({ id: String(index) }));
  const board = aDashboard({ recentOrders });
  const next = withOrder(board, anOrder({ id: "new" }), true);
  expect(next.recentOrders.map(({ id }) => id)).toEqual(["new", "0", "1", "2", "3", "4", "5", "6", "7", "8"]);
  // An event may come twice, or of an order that is not listed.
  expect(withOrder(next, anOrder({ id: "new" }), true).recentOrders).toHaveLength(10);
  expect(withOrder(board, anOrder({ id: "old" }), false)).toBe(board);
  const held = withOrder(board, anOrder({ id: "3", version: 9, status: "ON_HOLD" }), false);
  expect(held.recentOrders[3]?.status).toBe("ON_HOLD");
});
