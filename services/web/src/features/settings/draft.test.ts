import { describe, expect, test } from "vitest";
import { changedFields, complaint, complaints, type Draft, draftOf, patchOf, rebased, textOf, undoOf } from "./draft";
import { FIELDS, type Name } from "./fields";
import { settings } from "./testing";

const field = (name: Name) => {
  const found = FIELDS.find((one) => one.name === name);
  if (!found) throw new Error(name);
  return found;
};
const typedAs = (change: Partial<Draft>): Draft => ({ ...draftOf(settings), ...change });
const names = (fields: { name: Name }[]) => fields.map(({ name }) => name);

test("every setting is on the page once", () => {
  const api = Object.keys(settings).filter((name) => name !== "version" && name !== "updatedAt");
  expect(names(FIELDS).sort()).toEqual(api.sort());
});

test("settings that were not touched are no change, and nothing is wrong with them", () => {
  expect(changedFields(draftOf(settings), settings)).toEqual([]);
  expect(complaints(draftOf(settings))).toEqual({});
  expect(patchOf(draftOf(settings), settings)).toBeNull();
});

test("the same in other words is no change", () => {
  const same = typedAs({
    goodsExpirySeconds: { amount: "0.5", unit: "hours" },
    shopName: " Corner Shop ",
    currency: "usd",
    allowedFileTypes: ["PDF", "JPEG"],
  });
  expect(patchOf(same, settings)).toBeNull();
});

test("only what changed is sent, with the version", () => {
  const draft = typedAs({
    goodsExpirySeconds: { amount: "1", unit: "hours" },
    commissionBasisPoints: "12,25",
    freeOrders: true,
  });
  expect(patchOf(draft, settings)).toEqual({
    goodsExpirySeconds: 3_600,
    commissionBasisPoints: 1_225,
    freeOrders: true,
    version: 7,
  });
});

test("nothing is sent while something is wrong", () => {
  const draft = typedAs({ freeOrders: true, maxOrderLines: "many" });
  expect(names(changedFields(draft, settings))).toEqual(["maxOrderLines", "freeOrders"]);
  expect(Object.keys(complaints(draft))).toEqual(["maxOrderLines"]);
  expect(patchOf(draft, settings)).toBeNull();
});

describe("limits", () => {
  test.each<[Name, Draft[Name], boolean]>([
    ["shopName", " ", false],
    ["shopName", "x".repeat(100), true],
    ["shopName", "x".repeat(101), false],
    ["currency", "US", false],
    ["currency", "eur", true],
    ["goodsExpirySeconds", { amount: "0", unit: "days" }, false],
    ["goodsExpirySeconds", { amount: "90", unit: "days" }, true],
    ["goodsExpirySeconds", { amount: "91", unit: "days" }, false],
    ["paymentWindowSeconds", { amount: "0", unit: "minutes" }, true],
    ["paymentWindowSeconds", { amount: "25", unit: "hours" }, false],
    ["manualPaymentWindowSeconds", { amount: "59", unit: "minutes" }, false],
    ["manualPaymentWindowSeconds", { amount: "90", unit: "days" }, true],
    ["cartLifetimeSeconds", { amount: "59", unit: "seconds" }, false],
    ["commissionBasisPoints", "100", true],
    ["commissionBasisPoints", "100.01", false],
    ["maxOrderLines", "0", false],
    ["maxOrderLines", "101", false],
    ["maxOpenOrdersPerWorker", "0", true],
    ["maxFileBytes", { amount: "100", unit: "mebibytes" }, true],
    ["maxFileBytes", { amount: "101", unit: "mebibytes" }, false],
    ["allowedFileTypes", [], false],
    ["freeOrders", true, true],
  ])("%s as %j: %s", (name, value, good) => {
    expect(complaint(field(name), value) === null).toBe(good);
  });

  test("are said in the words of the field", () => {
    expect(complaint(field("paymentWindowSeconds"), { amount: "", unit: "hours" })).toBe(
      "must be between 0 seconds and 1 day",
    );
    expect(textOf(field("maxFileBytes"), 104_857_600)).toBe("100 MiB");
    expect(textOf(field("commissionBasisPoints"), 1_550)).toBe("15.5 %");
  });
});

test("undoing sends what was before, for the version that is now", () => {
  const now = { ...settings, shopName: "New", freeOrders: true, version: 8 };
  expect(undoOf(settings, now)).toEqual({ shopName: "Corner Shop", freeOrders: false, version: 8 });
});

describe("when somebody else changes settings", () => {
  const now = { ...settings, shopName: "Theirs", lowStockThreshold: 9, version: 8 };

  test("what is typed stays, and the rest follows", () => {
    const result = rebased(typedAs({ maxOrderLines: "20" }), settings, now);
    expect(result.draft).toEqual({ ...draftOf(now), maxOrderLines: "20" });
    expect(names(result.others)).toEqual(["shopName", "lowStockThreshold"]);
    expect(result.clashes).toEqual([]);
    expect(patchOf(result.draft, now)).toEqual({ maxOrderLines: 20, version: 8 });
  });

  test("what both changed is named, and stays as it is typed", () => {
    const result = rebased(typedAs({ shopName: "Mine" }), settings, now);
    expect(result.draft.shopName).toBe("Mine");
    expect(names(result.others)).toEqual(["lowStockThreshold"]);
    expect(names(result.clashes)).toEqual(["shopName"]);
  });

  test("an own change that comes back as an event is not somebody else's", () => {
    const result = rebased(typedAs({ shopName: "Theirs", lowStockThreshold: "9" }), settings, now);
    expect([result.others, result.clashes]).toEqual([[], []]);
    expect(changedFields(result.draft, now)).toEqual([]);
  });
});
