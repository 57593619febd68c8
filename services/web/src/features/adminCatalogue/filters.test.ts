import { expect, test } from "vitest";
import { isFiltered, ofStockChoice, productFilters, stockChoice, toQuery, unfiltered } from "./filters";

test("a broken parameter leaves the others in place", () => {
  const read = productFilters({ q: "mug", minPrice: "cheap", maxPrice: -1, kind: "CAR", sort: "NAME", inStock: "x" });
  expect(read).toMatchObject({ q: "mug", sort: "NAME" });
  for (const name of ["minPrice", "maxPrice", "kind", "inStock"] as const) expect(read[name]).toBeUndefined();
});

test("a search for digits, which the router reads as a number, stays text", () => {
  expect(productFilters({ q: 350 }).q).toBe("350");
});

test("archived products are left out only if asked", () => {
  expect(toQuery({}).includeInactive).toBe(true);
  expect(toQuery({ state: "all" }).includeInactive).toBe(true);
  expect(toQuery({ state: "active" }).includeInactive).toBe(false);
});

test("the query of the API has the kind as a list, and no empty text", () => {
  expect(toQuery({ kind: "GOODS", q: "  ", category: "", cursor: "abc" })).toEqual({
    q: undefined,
    category: undefined,
    kind: ["GOODS"],
    inStock: undefined,
    lowStock: undefined,
    minPrice: undefined,
    maxPrice: undefined,
    sort: undefined,
    includeInactive: true,
  });
});

test("the order and the page are no filters", () => {
  expect(isFiltered({ sort: "NAME", cursor: "abc", state: "all" })).toBe(false);
  expect(isFiltered({ inStock: false })).toBe(true);
  expect(isFiltered({ minPrice: 0 })).toBe(true);
  expect(unfiltered({ sort: "NAME", q: "mug", cursor: "abc" })).toEqual({ sort: "NAME" });
});

test("each choice of stock is read back from the filters that it sets", () => {
  for (const choice of ["any", "in", "out", "low"] as const) expect(stockChoice(ofStockChoice(choice))).toBe(choice);
});
