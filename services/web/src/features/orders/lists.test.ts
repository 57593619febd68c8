import { expect, test } from "vitest";
import { orderOptions, showOrder } from "@/api/orders";
import { newQueryClient } from "@/api/queryClient";
import type { Order, PageOrder } from "@/api/schema";
import { sampleOrder } from "@/testing/samples";
import { patchLists, patchPage } from "./lists";
import { afterPresence } from "./useLiveOrder";

const other = sampleOrder({ id: "0190-other", version: 7 });
const known = sampleOrder({ version: 3 });
const page: PageOrder = { items: [other, known], nextCursor: null };

test("a newer state takes the place of its row", () => {
  const next = sampleOrder({ version: 4, status: "CANCELLED" });
  expect(patchPage(page, next).items).toEqual([other, next]);
});

test("an older state, the same one, and an order of another page change nothing", () => {
  expect(patchPage(page, sampleOrder({ version: 2, status: "CANCELLED" }))).toBe(page);
  expect(patchPage(page, sampleOrder({ version: 3, status: "CANCELLED" }))).toBe(page);
  expect(patchPage(page, sampleOrder({ id: "0190-third", version: 9 }))).toBe(page);
});

test("all lists are patched, and say whether they have the order", () => {
  const client = newQueryClient();
  const first = ["get", "/api/v1/orders", { params: { query: { limit: 20 } } }];
  const second = ["get", "/api/v1/orders", { params: { query: { limit: 5 } } }];
  const endless = ["get", "/api/v1/orders", { endless: true }];
  client.setQueryData(first, page);
  client.setQueryData(second, { items: [other], nextCursor: null });
  client.setQueryData(endless, { pages: [page], pageParams: [""] });
  const next = sampleOrder({ version: 4, status: "CANCELLED" });
  expect(patchLists(client, next)).toBe(true);
  expect(client.getQueryData<PageOrder>(first)?.items[1]?.status).toBe("CANCELLED");
  expect(client.getQueryData<PageOrder>(second)?.items).toEqual([other]);
  expect(patchLists(client, sampleOrder({ id: "0190-third" }))).toBe(false);
});

test("the order's own page ignores an older state, too", () => {
  const client = newQueryClient();
  const { queryKey } = orderOptions(known.id);
  showOrder(known, client);
  showOrder(sampleOrder({ version: 2, status: "CANCELLED" }), client);
  expect(client.getQueryData<Order>(queryKey)?.status).toBe("PENDING");
  showOrder(sampleOrder({ version: 4, status: "ON_HOLD" }), client);
  expect(client.getQueryData<Order>(queryKey)?.status).toBe("ON_HOLD");
});

test("people come and go, each once", () => {
  const ada = { id: "ada", name: "Ada", role: "CUSTOMER" } as const;
  const eve = { id: "eve", name: "Eve", role: "ADMIN" } as const;
  expect(afterPresence([ada], { user: eve, online: true })).toEqual([ada, eve]);
  expect(afterPresence([ada, eve], { user: eve, online: true })).toEqual([ada, eve]);
  expect(afterPresence([ada, eve], { user: ada, online: false })).toEqual([eve]);
});
