import type { Category } from "@/api/schema";
import type { Translation } from "@/i18n/en";
import { money } from "@/ui/format";
import type { ProductFilters } from "./filters";

/** Filters that narrow the list: neither its order nor its page. */
export type FilterName = Exclude<keyof ProductFilters, "sort" | "cursor">;

export type Chip = { name: FilterName; label: string };

type Context = { categories: Category[]; currency: string; words: Translation["storefront"] };

/** The active filters as the visitor reads them. A category that is not known (yet) is named by its slug. */
export function chipsOf(filters: ProductFilters, { categories, currency, words }: Context): Chip[] {
  const { q, category, kind, minPrice, maxPrice, inStock } = filters;
  const chips: Chip[] = [];
  if (q) chips.push({ name: "q", label: words.quoted(q) });
  if (category) {
    chips.push({ name: "category", label: categories.find(({ slug }) => slug === category)?.name ?? category });
  }
  if (kind) chips.push({ name: "kind", label: words.kinds[kind] });
  if (minPrice !== undefined) {
    chips.push({ name: "minPrice", label: words.from(money({ amount: minPrice, currency })) });
  }
  if (maxPrice !== undefined) {
    chips.push({ name: "maxPrice", label: words.upTo(money({ amount: maxPrice, currency })) });
  }
  if (inStock) chips.push({ name: "inStock", label: words.inStock });
  return chips;
}
