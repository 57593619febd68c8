import { defaultParseSearch, defaultStringifySearch } from "@tanstack/react-router";
import { expect, test } from "vitest";
import type { Category } from "@/api/schema";
import { storefront } from "@/i18n/en/storefront";
import { chipsOf } from "./chips";
import { changed, cleared, type ProductFilters, productFilters, productQuery } from "./filters";

const read = (address: string) => productFilters(defaultParseSearch(address));

const ALL: ProductFilters = {
  q: "enamel mug",
  category: "kitchen",
  kind: "GOODS",
  minPrice: 500,
  maxPrice: 2_000,
  inStock: true,
  sort: "PRICE_ASC",
  cursor: "abc-DEF_123",
};

test("all filters survive the address", () => {
  expect(read(defaultStringifySearch(ALL))).toEqual(ALL);
});

test.each(["2026", "true", "null", '"quoted"', "{}", "a&b=c"])("the search text %s survives the address", (q) => {
  expect(read(defaultStringifySearch({ q }))).toEqual({ q });
});

test("an address that somebody typed is understood", () => {
  expect(read("?q=2026&category=7&minPrice=500&inStock=true")).toEqual({
    q: "2026",
    category: "7",
    minPrice: 500,
    inStock: true,
  });
});

test("what cannot be understood is left out", () => {
  expect(
    read("?q=&kind=THINGS&minPrice=-1&maxPrice=1.5&inStock=maybe&sort=BEST&cursor=%25%25&other=1&category=%20"),
  ).toEqual({});
  expect(read(`?q=${"a".repeat(201)}`)).toEqual({ q: "a".repeat(200) });
});

test("the upper price gives way to a higher lower price", () => {
  expect(read("?minPrice=900&maxPrice=100")).toEqual({ minPrice: 900 });
  expect(read("?minPrice=900&maxPrice=900")).toEqual({ minPrice: 900, maxPrice: 900 });
});

test("a change begins at the first page, and only then", () => {
  expect(changed(ALL, { kind: "SERVICE" })).toEqual({ ...ALL, kind: "SERVICE", cursor: undefined });
  expect(changed(ALL, { cursor: "next" }).cursor).toBe("next");
  expect(changed(ALL, { sort: "NEWEST" }).sort).toBeUndefined();
  expect(cleared(ALL)).toEqual({ sort: "PRICE_ASC" });
});

test("the query of the API has a list of kinds", () => {
  expect(productQuery(ALL)).toEqual({ ...ALL, kind: ["GOODS"], limit: 24, total: true });
  expect(productQuery({}).kind).toBeUndefined();
});

test("chips name each filter once, in words", () => {
  const categories = [{ slug: "kitchen", name: "Kitchen" } as Category];
  const context = { categories, currency: "USD", words: storefront };
  expect(chipsOf(ALL, context)).toEqual([
    { name: "q", label: "“enamel mug”" },
    { name: "category", label: "Kitchen" },
    { name: "kind", label: "Goods" },
    { name: "minPrice", label: "From $5.00" },
    { name: "maxPrice", label: "Up to $20.00" },
    { name: "inStock", label: "Only what can be ordered now" },
  ]);
  expect(chipsOf({ category: "new", minPrice: 0 }, { ...context, categories: [] }).map(({ label }) => label)).toEqual([
    "new",
    "From $0.00",
  ]);
  expect(chipsOf({ sort: "NAME", cursor: "x" }, context)).toEqual([]);
});
