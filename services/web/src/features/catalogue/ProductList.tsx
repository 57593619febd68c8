import { PackageX } from "lucide-react";
import { useDeferredValue, useRef } from "react";
import type { Category } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { storefront } from "@/i18n/en/storefront";
import { useWords } from "@/i18n/language";
import { Empty } from "@/ui/Empty";
import { FailureNote } from "@/ui/Failure";
import { ButtonLink } from "@/ui/links";
import { Pager } from "@/ui/Pager";
import { SearchField } from "@/ui/SearchField";
import { chipsOf } from "./chips";
import { FilterChips } from "./FilterChips";
import { FilterPanel } from "./FilterPanel";
import classes from "./Filters.module.css";
import { changed, cleared, type ProductFilters } from "./filters";
import { ProductGrid } from "./ProductGrid";
import { useProducts } from "./queries";
import { SortChoice } from "./SortChoice";

type Props = {
  filters: ProductFilters;
  categories: Category[];
  currency: string;
  /** `how` says whether the change is a step of its own for Back, and whether it shows the top of the list. */
  onChange: (filters: ProductFilters, how?: { replace?: boolean; keepScroll?: boolean }) => void;
};

/** All products with search, filters, order and pages. */
export function ProductList({ filters, categories, currency, onChange }: Props) {
  const words = useWords(storefront);
  const total = useRef<HTMLParagraphElement>(null);
  const { data, error, isPlaceholderData, refetch } = useProducts(filters);
  // Many cards: they are drawn in short steps.
  const items = useDeferredValue(data?.items);
  const chips = chipsOf(filters, { categories, currency, words });
  const set = (change: Partial<ProductFilters>) => onChange(changed(filters, change), { keepScroll: true });
  // A chip that is removed takes the focus with it.
  const remove = (next: ProductFilters) => {
    total.current?.focus();
    onChange(next, { keepScroll: true });
  };
  const search = (q: string) => onChange(changed(filters, { q: q || undefined }), { replace: true, keepScroll: true });
  // A cursor of another list is refused: the first page is the way out.
  const retry = () => (filters.cursor ? onChange(changed(filters, {})) : void refetch());
  return (
    <div className={classes.layout}>
      <FilterPanel filters={filters} active={chips.length} categories={categories} currency={currency} onChange={set} />
      <div className={classes.results}>
        <SearchField value={filters.q ?? ""} onChange={search} label={words.searchProducts} />
        <FilterChips
          chips={chips}
          onRemove={(name) => remove(changed(filters, { [name]: undefined }))}
          onClear={() => remove(cleared(filters))}
        />
        <div className={classes.bar}>
          <p ref={total} className={classes.total} role="status" tabIndex={-1}>
            <Total total={data?.total} capped={data?.totalIsCapped} />
          </p>
          <SortChoice value={filters.sort ?? "NEWEST"} onChange={(sort) => set({ sort })} />
        </div>
        {error && <FailureNote error={error} onRetry={retry} />}
        {data?.items.length === 0 ? (
          <Nothing filtered={chips.length > 0} onClear={() => remove(cleared(filters))} />
        ) : (
          (data || !error) && <ProductGrid products={items} expected={8} heading="h2" busy={isPlaceholderData} />
        )}
        <Pager
          cursor={filters.cursor}
          next={data?.nextCursor}
          onChange={(cursor) => onChange({ ...filters, cursor })}
        />
      </div>
    </div>
  );
}

function Total({ total, capped }: { total: number | undefined; capped: boolean | undefined }) {
  const t = useWords(storefront);
  const { loading } = useWords(common);
  if (total === undefined) return loading;
  return capped ? t.foundMore(total) : t.found(total);
}

function Nothing({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  const t = useWords(storefront);
  const { clearFilters } = useWords(common);
  return (
    <Empty
      icon={<PackageX size={32} aria-hidden="true" />}
      title={filtered ? t.noMatch : t.noProducts}
      hint={filtered ? t.noMatchHint : t.noProductsHint}
      action={
        <div className={classes.chips}>
          {filtered && (
            <button type="button" className={classes.chip} onClick={onClear}>
              {clearFilters}
            </button>
          )}
          <ButtonLink to="/order">{t.describe}</ButtonLink>
        </div>
      }
    />
  );
}
