import { Checkbox, Radio, Stack } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import type { Category, ProductKind } from "@/api/schema";
import { storefront } from "@/i18n/en/storefront";
import { useWords } from "@/i18n/language";
import { CategoryTree } from "./CategoryTree";
import classes from "./Filters.module.css";
import type { ProductFilters } from "./filters";
import { PriceFilter } from "./PriceFilter";

type Props = {
  filters: ProductFilters;
  /** Active filters, for the closed panel of a phone. */
  active: number;
  categories: Category[];
  currency: string;
  onChange: (change: Partial<ProductFilters>) => void;
};

/** The filters: beside the list, and on phones folded above it. */
export function FilterPanel({ filters, active, categories, currency, onChange }: Props) {
  const t = useWords(storefront);
  const wide = useMediaQuery("(min-width: 56em)", undefined, { getInitialValueInEffect: false });
  return (
    <details className={classes.panel} open={wide}>
      <summary className={classes.summary}>{active > 0 ? t.filtersOf(active) : t.filters}</summary>
      <div className={classes.groups}>
        <CategoryTree categories={categories} filters={filters} />
        <Radio.Group
          label={t.kind}
          value={filters.kind ?? ""}
          onChange={(kind) => onChange({ kind: kind ? (kind as ProductKind) : undefined })}
        >
          <Stack gap="xs" mt="xs">
            <Radio size="xs" value="" label={t.bothKinds} />
            <Radio size="xs" value="GOODS" label={t.kinds.GOODS} />
            <Radio size="xs" value="SERVICE" label={t.kinds.SERVICE} />
          </Stack>
        </Radio.Group>
        <PriceFilter limits={filters} currency={currency} onChange={onChange} />
        <Checkbox
          label={t.inStock}
          checked={filters.inStock ?? false}
          onChange={(event) => onChange({ inStock: event.currentTarget.checked ? true : undefined })}
        />
      </div>
    </details>
  );
}
