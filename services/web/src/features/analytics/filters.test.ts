import { expect, test } from "vitest";
import { analyticsFilters } from "./filters";

test("what is understood comes back as it was", () => {
  const search = { from: "2026-10-01", to: "2026-10-31", bucket: "WEEK", view: "table" };
  expect(analyticsFilters(search)).toEqual(search);
  expect(analyticsFilters(analyticsFilters(search))).toEqual(search);
});

test("a broken address is the usual one", () => {
  const broken = { from: "2026-13-01", to: 20261031, bucket: "HOUR", view: "3d", other: true };
  expect(analyticsFilters(broken)).toEqual({});
});
