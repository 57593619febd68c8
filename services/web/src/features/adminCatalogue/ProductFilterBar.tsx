import { Button, NativeSelect, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { allCategoriesOptions } from "@/api/categories";
import type { Category, ProductKind, ProductSort } from "@/api/schema";
import { adminCatalogue } from "@/i18n/en/adminCatalogue";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { categoryChoices } from "@/ui/categoryTree";
import { countSet, Filters } from "@/ui/Filters";
import { SearchField } from "@/ui/SearchField";
import {
  isFiltered,
  ofStockChoice,
  type ProductFilters,
  SORTS,
  type StockChoice,
  stockChoice,
  unfiltered,
} from "./filters";
import { PriceRange } from "./PriceRange";
import classes from "./ProductFilterBar.module.css";

type Props = { filters: ProductFilters; currency: string; onChange: (filters: ProductFilters) => void };

/** The id of the category that the address names by its id, its slug or its name. */
function idOf(categories: Category[], text: string | undefined): string | null {
  const found = categories.find(({ id, slug, name }) => text && [id, slug, name].includes(text));
  return found?.id ?? null;
}

/** How many filters beside the search are set. The two bounds of the price are one, and so are those of the stock. */
function setFilters({ category, kind, inStock, lowStock, minPrice, maxPrice, state }: ProductFilters): number {
  const active = state === "active" ? state : undefined;
  return countSet([category, kind, inStock ?? lowStock, minPrice ?? maxPrice, active]);
}

/** Search, filters and order of the product list. Each change starts at the first page. */
export function ProductFilterBar({ filters, currency, onChange }: Props) {
  const t = useWords(adminCatalogue);
  const words = useWords(common);
  const categories = useQuery(allCategoriesOptions()).data?.items ?? [];
  const set = (change: ProductFilters) => onChange({ ...filters, ...change, cursor: undefined });
  return (
    <search className={classes.bar}>
      <div className={classes.search}>
        <SearchField
          label={t.searchProducts}
          value={filters.q ?? ""}
          onChange={(q) => set({ q: q.slice(0, 200) || undefined })}
        />
      </div>
      <Filters count={setFilters(filters)}>
        <Select
          className={classes.wide}
          aria-label={t.category}
          placeholder={t.allCategories}
          data={categoryChoices(categories, t.inactive)}
          value={idOf(categories, filters.category)}
          onChange={(category) => set({ category: category ?? undefined })}
          nothingFoundMessage={words.noMatch}
          clearButtonProps={{ "aria-label": t.allCategories }}
          limit={100}
          searchable
          clearable
        />
        <NativeSelect
          aria-label={t.kind}
          value={filters.kind ?? ""}
          onChange={({ currentTarget }) => set({ kind: (currentTarget.value as ProductKind) || undefined })}
          data={[
            { value: "", label: t.allKinds },
            { value: "GOODS", label: words.kind.GOODS },
            { value: "SERVICE", label: words.kind.SERVICE },
          ]}
        />
        <NativeSelect
          aria-label={t.stock}
          value={stockChoice(filters)}
          onChange={({ currentTarget }) => set(ofStockChoice(currentTarget.value as StockChoice))}
          data={(["any", "in", "out", "low"] as const).map((value) => ({ value, label: t.stockChoice[value] }))}
        />
        <NativeSelect
          aria-label={words.status}
          value={filters.state ?? "all"}
          onChange={({ currentTarget }) => set({ state: currentTarget.value === "active" ? "active" : undefined })}
          data={[
            { value: "all", label: t.allStates },
            { value: "active", label: t.onlyOnSale },
          ]}
        />
        <PriceRange minPrice={filters.minPrice} maxPrice={filters.maxPrice} currency={currency} onChange={set} />
        <NativeSelect
          aria-label={t.order}
          value={filters.sort ?? "NEWEST"}
          onChange={({ currentTarget }) => set({ sort: currentTarget.value as ProductSort })}
          data={SORTS.map((value) => ({ value, label: t.sort[value] }))}
        />
        {isFiltered(filters) && (
          <Button variant="subtle" leftSection={<X size={16} />} onClick={() => onChange(unfiltered(filters))}>
            {words.clearFilters}
          </Button>
        )}
      </Filters>
    </search>
  );
}
