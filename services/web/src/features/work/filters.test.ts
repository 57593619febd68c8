import { expect, test } from "vitest";
import { parse } from "@/ui/searchFields";
import { isNarrowed, listedBy, poolFilters, poolQuery, workFilters } from "./filters";

const ID = "01890a5d-ac96-774b-bcce-b302099a8057";

test("keeps what fits", () => {
  const bounds = { minTotal: 100, maxTotal: 900 };
  const address = { ...bounds, q: " logo ", category: "design", kind: "MIXED", mine: true, look: ID, cursor: "abc_-1" };
  expect(parse(poolFilters, address)).toEqual({ ...address, q: "logo" });
});

test("a broken address shows the whole pool instead of an error", () => {
  const bounds = { minTotal: -1, maxTotal: "x" };
  const broken = { ...bounds, q: "", kind: "GOODS", mine: "no", view: "all", look: "42", cursor: "a b" };
  expect(Object.values(parse(poolFilters, broken)).filter((value) => value !== undefined)).toEqual([]);
});

test("a number is taken for the text that was meant", () => {
  expect(parse(poolFilters, { q: 261121, minTotal: "500" })).toMatchObject({ q: "261121", minTotal: 500 });
});

test("an unknown group of due dates is left out", () => {
  expect(parse(workFilters, { due: "held", kind: "SERVICE" })).toMatchObject({ due: "held", kind: "SERVICE" });
  expect(parse(workFilters, { due: "someday" }).due).toBeUndefined();
});

test("bounds in the wrong order are swapped", () => {
  expect(poolQuery({ minTotal: 900, maxTotal: 100 })).toMatchObject({ minTotal: 100, maxTotal: 900 });
  expect(poolQuery({ minTotal: 100 })).toMatchObject({ minTotal: 100, maxTotal: undefined });
});

test("neither the page nor the order that is looked into is another list", () => {
  expect(listedBy({ q: "logo", cursor: "abc", look: ID })).toBe(listedBy({ q: "logo" }));
  expect(isNarrowed({ cursor: "abc", look: ID, view: "prices" })).toBe(false);
  expect(isNarrowed({ mine: true })).toBe(true);
});
