import { amount, cursor, type Infer, object, oneOf, parse, text } from "@/ui/searchFields";

/** Orders of the list, as the API names them. */
export const SORTS = ["NEWEST", "OLDEST", "NAME", "NAME_DESC", "PRICE_ASC", "PRICE_DESC"] as const;

const yesOrNo = () => oneOf([true, false]);

const list = object({
  q: text(200),
  /** Id, slug or name. */
  category: text(110),
  kind: oneOf(["GOODS", "SERVICE"]),
  inStock: yesOrNo(),
  lowStock: yesOrNo(),
  /** In minor units. */
  minPrice: amount(),
  maxPrice: amount(),
  sort: oneOf(SORTS),
  state: oneOf(["active", "all"]),
  cursor: cursor(),
});

const one = object({ movements: cursor() });

/** What the address of the product list says. */
export type ProductFilters = Partial<Infer<typeof list>>;

/** What the address of a product's page says: the cursor of its stock movements. */
export type ProductSearch = Partial<Infer<typeof one>>;

/** Reads the address of the product list; a broken parameter counts as absent. */
export function productFilters(search: Record<string, unknown>): ProductFilters {
  return parse(list, search);
}

/** Reads the address of a product's page. */
export function productSearch(search: Record<string, unknown>): ProductSearch {
  return parse(one, search);
}

/** The filters as the list and the export take them, without the cursor. */
export function toQuery(filters: ProductFilters) {
  const { q, category, kind, inStock, lowStock, minPrice, maxPrice, sort, state } = filters;
  return {
    q: q?.trim() || undefined,
    category: category || undefined,
    kind: kind ? [kind] : undefined,
    inStock,
    lowStock,
    minPrice,
    maxPrice,
    sort,
    includeInactive: state !== "active",
  };
}

/** Whether anything is left out of the list. */
export function isFiltered(filters: ProductFilters): boolean {
  const { q, category, kind, inStock, lowStock, minPrice, maxPrice, state } = filters;
  const given = [kind, inStock, lowStock, minPrice, maxPrice].some((value) => value !== undefined);
  return given || Boolean(q || category) || state === "active";
}

/** The filters without those that leave something out. */
export function unfiltered({ sort }: ProductFilters): ProductFilters {
  return sort ? { sort } : {};
}

export type StockChoice = "any" | "in" | "out" | "low";

/** The two filters of stock as one choice. */
export function stockChoice({ inStock, lowStock }: ProductFilters): StockChoice {
  if (lowStock) return "low";
  if (inStock === undefined) return "any";
  return inStock ? "in" : "out";
}

/** The filters of a choice. */
export function ofStockChoice(choice: StockChoice): Pick<ProductFilters, "inStock" | "lowStock"> {
  return {
    inStock: choice === "in" ? true : choice === "out" ? false : undefined,
    lowStock: choice === "low" ? true : undefined,
  };
}
