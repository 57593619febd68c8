import { Button, Checkbox, NativeSelect } from "@mantine/core";
import { useCategories } from "@/api/categories";
import { useShop } from "@/api/useShop";
import { common } from "@/i18n/en/common";
import { work } from "@/i18n/en/work";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { flat, treeOf } from "@/ui/categoryTree";
import { countSet, Filters } from "@/ui/Filters";
import { SearchField } from "@/ui/SearchField";
import { AmountField } from "./AmountField";
import { isNarrowed, NO_POOL_FILTERS, type PoolFilters, WORK_KINDS } from "./filters";
import classes from "./Work.module.css";

type Props = { filters: PoolFilters; onChange: (change: PoolFilters) => void };

/** What of the pool is shown. */
export function PoolFilterBar({ filters, onChange }: Props) {
  const c = useWords(common);
  const t = useWords(work).pool;
  const { data } = useCategories();
  const categories = flat(treeOf(data?.items ?? [])).map(({ category: { slug, name }, depth }) => ({
    value: slug,
    label: `${"– ".repeat(depth - 1)}${name}`,
  }));
  const { currency } = useShop();
  const change = (next: PoolFilters) => onChange({ ...next, cursor: undefined, look: undefined });
  const kinds = WORK_KINDS.map((kind) => ({ value: kind, label: c.kind[kind] }));
  // An address may name a category by its id, or one that is not there any more.
  const { category } = filters;
  const other = category && !categories.some(({ value }) => value === category) ? [category] : [];
  const amount = { currency, complaint: t.notAnAmount };
  return (
    <Card>
      <search className={classes.searchBar}>
        <div className={classes.search}>
          <SearchField label={t.search} value={filters.q ?? ""} onChange={(q) => change({ q: q || undefined })} />
        </div>
        <Filters count={countSet([filters.kind, category, filters.minTotal, filters.maxTotal, filters.mine])}>
          <NativeSelect
            className={classes.choice}
            label={t.kind}
            data={[{ value: "", label: c.all }, ...kinds]}
            value={filters.kind ?? ""}
            onChange={(event) => {
              const { value } = event.currentTarget;
              change({ kind: WORK_KINDS.find((kind) => kind === value) });
            }}
          />
          <NativeSelect
            className={classes.choice}
            label={t.category}
            data={[{ value: "", label: c.all }, ...categories, ...other]}
            value={category ?? ""}
            onChange={(event) => change({ category: event.currentTarget.value || undefined })}
          />
          <div className={classes.amounts}>
            <AmountField
              {...amount}
              label={t.minTotal}
              value={filters.minTotal}
              onChange={(minTotal) => change({ minTotal })}
            />
            <AmountField
              {...amount}
              label={t.maxTotal}
              value={filters.maxTotal}
              onChange={(maxTotal) => change({ maxTotal })}
            />
          </div>
          <Checkbox
            className={classes.check}
            label={t.onlyMine}
            checked={filters.mine ?? false}
            onChange={(event) => change({ mine: event.currentTarget.checked || undefined })}
          />
        </Filters>
        {isNarrowed(filters) && (
          <Button variant="default" onClick={() => change(NO_POOL_FILTERS)}>
            {c.clearFilters}
          </Button>
        )}
      </search>
    </Card>
  );
}
