import { expect, test } from "vitest";
import { chosenColumns, DEFAULT_COLUMNS, parseColumns, rememberedColumns } from "./columns";

test("columns come in the order of the table, whatever the order of the choice", () => {
  expect(chosenColumns(["created", "status", "customer"])).toEqual(["customer", "status", "created"]);
});

test("a table without columns still says the status", () => {
  expect(chosenColumns([])).toEqual(["status"]);
});

test("columns are remembered", () => {
  rememberedColumns.set(["total", "due"]);
  expect(parseColumns(localStorage.getItem("waybill.orders.columns"))).toEqual(["total", "due"]);
  expect(rememberedColumns.get()).toEqual(["total", "due"]);
});

test.each([null, "", "nonsense", "{}", "[]", '["gone"]', "[3]"])("of %j nothing is remembered", (text) => {
  expect(parseColumns(text)).toBeNull();
});

test("a column that is no longer known is left out", () => {
  expect(parseColumns('["gone","total"]')).toEqual(["total"]);
  expect(DEFAULT_COLUMNS).toEqual(chosenColumns(DEFAULT_COLUMNS));
});
