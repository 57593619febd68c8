import { expect, test } from "vitest";
import { fieldOf, humanized, pathName, valueText } from "./values";

test.each([
  ["goodsExpirySeconds", 5_400, "1 hour, 30 minutes"],
  ["commissionBasisPoints", 1_550, "15.5%"],
  ["maxFileBytes", 5_000_000, "5 MB"],
  ["items[1].unitPrice", 1_999, "$19.99"],
  ["price", { amount: 500, currency: "EUR" }, "€5.00"],
  ["quantity", 12_000, "12,000"],
  ["active", false, "No"],
  ["role", "STAFF", "Worker"],
  ["status", "ON_HOLD", "On hold"],
  ["status", "SOMETHING_NEW", "SOMETHING_NEW"],
  ["reason", "", "nothing"],
  ["assigneeId", null, "nothing"],
  ["allowedFileTypes", ["PDF", "PNG"], "PDF, PNG"],
  ["filter", { q: "a" }, '{"q":"a"}'],
])("%s %j reads %s", (path, value, text) => {
  expect(valueText(path, value, "USD")).toBe(text);
});

test("paths are read by their names", () => {
  expect(pathName("items[2].quantity")).toBe("Items 2 · Quantity");
  expect(pathName("shopName")).toBe("Name of the shop");
  expect(pathName("someNewField")).toBe("Some new field");
  expect(fieldOf("address[2].city")).toBe("city");
  expect(fieldOf("items[2]")).toBe("items");
  expect(humanized("from_line")).toBe("From line");
});
