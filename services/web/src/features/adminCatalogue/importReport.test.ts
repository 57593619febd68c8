import { expect, test } from "vitest";
import type { ImportReport } from "@/api/schema";
import {
  COLUMNS,
  counts,
  csv,
  firstFilter,
  frozen,
  hasChanges,
  linesOf,
  reportRows,
  templateRows,
} from "./importReport";
import { aLine } from "./testing";

const failed = aLine(4, {
  outcome: "FAILED",
  productId: undefined,
  faults: [
    { field: "price", message: "is required" },
    { field: "stock", message: 'must be a whole number, not "many"' },
  ],
});
const report: ImportReport = {
  dryRun: true,
  created: 2,
  updated: 0,
  unchanged: 1,
  failed: 1,
  lines: [aLine(2), aLine(3), failed, aLine(5, { outcome: "UNCHANGED" })],
};

test("lines are counted and filtered by their outcome", () => {
  expect(counts(report)).toEqual({ ALL: 4, FAILED: 1, CREATED: 2, UPDATED: 0, UNCHANGED: 1 });
  expect(linesOf(report, "FAILED")).toEqual([failed]);
  expect(linesOf(report, "CREATED").map(({ line }) => line)).toEqual([2, 3]);
  expect(linesOf(report, "ALL")).toHaveLength(4);
});

test("failed lines come first", () => {
  expect(firstFilter(report)).toBe("FAILED");
  expect(firstFilter({ ...report, failed: 0 })).toBe("ALL");
});

test("a file that changes nothing is told", () => {
  expect(hasChanges(report)).toBe(true);
  expect(hasChanges({ ...report, created: 0 })).toBe(false);
});

test("the report has a row for each fault, and is safe to open in a spreadsheet", async () => {
  expect(reportRows([aLine(2), failed]).slice(1)).toEqual([
    [2, "SKU-2", "CREATED", "", ""],
    [4, "SKU-4", "FAILED", "price", "is required"],
    [4, "SKU-4", "FAILED", "stock", 'must be a whole number, not "many"'],
  ]);
  const text = await csv(reportRows([failed, aLine(5, { sku: "=1+1" })])).text();
  expect(text).toContain('4,SKU-4,FAILED,stock,"must be a whole number, not ""many"""\r\n');
  expect(text).toContain("5,'=1+1,CREATED,,\r\n");
});

test("the template has all columns, and prices in the shop's currency", () => {
  const [header, mug] = templateRows("JPY");
  expect(header).toEqual(COLUMNS);
  expect(mug).toHaveLength(COLUMNS.length);
  expect(mug?.slice(4, 6)).toEqual(["1250", "JPY"]);
  expect(templateRows("USD")[1]?.[4]).toBe("12.50");
});

test("what was checked is kept for the import", async () => {
  const copy = await frozen(new File(["sku\n"], "products.csv"));
  expect(await copy.text()).toBe("sku\n");
  expect(copy.name).toBe("products.csv");
});
