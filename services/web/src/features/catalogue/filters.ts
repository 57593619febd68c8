import type { ProductKind, ProductSort } from "@/api/schema";
import { amount, cursor, flag, object, oneOf, parse, text } from "@/ui/searchFields";

/** What the address says about the product list. Prices are in minor units, as in the API. */
export type ProductFilters = {
  q?: string | undefined;
  /** The slug of a category. */
  category?: string | undefined;
  kind?: ProductKind | undefined;
  minPrice?: number | undefined;
  maxPrice?: number | undefined;
  /** Only what can be ordered now. */
  inStock?: true | undefined;
  sort?: ProductSort | undefined;
  cursor?: string | undefined;
};

/** Products of a page: it fills two, three and four columns. */
const PAGE = 24;

/** The orders that the list offers; the API knows more. */
export const SORTS = ["NEWEST", "NAME", "PRICE_ASC", "PRICE_DESC"] as const satisfies readonly ProductSort[];

const schema = object({
  q: text(200),
  category: text(110),
  kind: oneOf(["GOODS", "SERVICE"]),
  minPrice: amount(),
  maxPrice: amount(),
  inStock: flag(),
  sort: oneOf([...SORTS, "OLDEST", "NAME_DESC"]),
  cursor: cursor(),
});

/** The filters of an address. What cannot be understood is left out, so that a broken address shows more products, not an error. */
export function productFilters(search: Record<string, unknown>): ProductFilters {
  const filters: ProductFilters = parse(schema, search);
  const { minPrice, maxPrice } = filters;
  // The API refuses crossed limits.
  if (minPrice !== undefined && maxPrice !== undefined && minPrice > maxPrice) filters.maxPrice = undefined;
  if (filters.sort === "NEWEST") filters.sort = undefined;
  return filters;
}

/** The filters after a change, which begins at the first page again. */
export function changed(filters: ProductFilters, change: Partial<ProductFilters>): ProductFilters {
  const next = { ...filters, cursor: undefined, ...change };
  return next.sort === "NEWEST" ? { ...next, sort: undefined } : next;
}

/** Without filters, but in the same order. */
export function cleared(filters: ProductFilters): ProductFilters {
  return { sort: filters.sort };
}

/** The query of the API. */
export function productQuery({ kind, ...filters }: ProductFilters) {
  return { ...filters, kind: kind && [kind], limit: PAGE, total: true };
}
