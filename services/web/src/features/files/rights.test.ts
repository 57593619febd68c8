import { expect, test } from "vitest";
import type { Order, File as OrderFile, OrderStatus } from "@/api/schema";
import { isCustomer, mayDelete, purposesFor, type Reader } from "./rights";

const order = (status: OrderStatus) =>
  ({ status, customer: { id: "owner" }, assignee: { id: "worker", name: "Wim" } }) as Order;
const file = (id: string) => ({ uploadedBy: { id } }) as OrderFile;

const owner: Reader = { id: "owner", role: "CUSTOMER" };
const worker: Reader = { id: "worker", role: "STAFF" };
const other: Reader = { id: "other", role: "STAFF" };
const admin: Reader = { id: "admin", role: "ADMIN" };

const open: OrderStatus[] = ["PENDING", "IN_PROGRESS", "ON_HOLD"];

test.each(open)("everybody adds their own kind while it is %s", (status) => {
  expect(purposesFor(order(status), owner)).toEqual(["REFERENCE"]);
  expect(purposesFor(order(status), worker)).toEqual(["PROGRESS", "RESULT"]);
  expect(purposesFor(order(status), admin)).toEqual(["PROGRESS", "RESULT"]);
  expect(purposesFor(order(status), other)).toEqual([]);
  expect(purposesFor(order(status), null)).toEqual([]);
});

test("a finished order takes nothing but a forgotten result", () => {
  for (const status of ["COMPLETED", "CANCELLED"] as const) {
    for (const reader of [owner, worker, other]) expect(purposesFor(order(status), reader)).toEqual([]);
  }
  expect(purposesFor(order("COMPLETED"), admin)).toEqual(["RESULT"]);
  expect(purposesFor(order("CANCELLED"), admin)).toEqual([]);
});

test("a worker who ordered adds references to their own order, and a former one nothing", () => {
  expect(purposesFor({ ...order("PENDING"), customer: { id: "worker", name: "", email: null } }, worker)).toEqual([
    "PROGRESS",
    "RESULT",
    "REFERENCE",
  ]);
  expect(purposesFor(order("PENDING"), { id: "worker", role: "CUSTOMER" })).toEqual([]);
});

test("files are deleted by their uploader while the order is open, and by administrators", () => {
  expect(mayDelete(order("PENDING"), owner, file("owner"))).toBe(true);
  expect(mayDelete(order("PENDING"), owner, file("worker"))).toBe(false);
  expect(mayDelete(order("COMPLETED"), owner, file("owner"))).toBe(false);
  expect(mayDelete(order("COMPLETED"), admin, file("owner"))).toBe(true);
  expect(mayDelete(order("PENDING"), null, file("owner"))).toBe(false);
});

test("a customer is who ordered", () => {
  expect(isCustomer(order("PENDING"), owner)).toBe(true);
  expect(isCustomer(order("PENDING"), worker)).toBe(false);
  expect(isCustomer(order("PENDING"), null)).toBe(false);
  expect(isCustomer({ ...order("PENDING"), customer: { id: "admin", name: "", email: null } }, admin)).toBe(false);
});
