import {
  boolean,
  catch as fallback,
  int,
  literal,
  maxLength,
  minimum,
  minLength,
  number,
  object,
  enum as oneOf,
  optional,
  parse,
  pipe,
  regex,
  string,
  transform,
  trim,
  union,
} from "zod/mini";
import type { ProductKind, ProductSort } from "@/api/schema";

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

// The router reads ?q=2026 as a number and ?q=true as a boolean.
const text = pipe(
  union([string(), number(), boolean()]),
  transform((value: string | number | boolean) => String(value)),
);
const price = fallback(optional(int().check(minimum(0))), undefined);

const schema = object({
  q: fallback(optional(pipe(text, string().check(trim(), minLength(1), maxLength(200)))), undefined),
  category: fallback(optional(pipe(text, string().check(trim(), minLength(1), maxLength(110)))), undefined),
  kind: fallback(optional(oneOf(["GOODS", "SERVICE"])), undefined),
  minPrice: price,
  maxPrice: price,
  inStock: fallback(optional(literal(true)), undefined),
  sort: fallback(optional(oneOf(["NEWEST", "NAME", "PRICE_ASC", "PRICE_DESC", "OLDEST", "NAME_DESC"])), undefined),
  cursor: fallback(optional(pipe(text, string().check(minLength(1), regex(/^[A-Za-z0-9_-]+$/)))), undefined),
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
