import { Button, NativeSelect } from "@mantine/core";
import { common } from "@/i18n/en/common";
import { work } from "@/i18n/en/work";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { countSet, Filters } from "@/ui/Filters";
import { SearchField } from "@/ui/SearchField";
import { DUE_GROUPS, WORK_KINDS, type WorkFilters } from "./filters";
import classes from "./Work.module.css";

type Props = { filters: WorkFilters; onChange: (filters: WorkFilters) => void };

/** What of the worker's orders is shown. */
export function WorkFilterBar({ filters, onChange }: Props) {
  const c = useWords(common);
  const w = useWords(work);
  const change = (next: WorkFilters) => onChange({ ...filters, ...next });
  const groups = [...DUE_GROUPS, "held" as const];
  return (
    <Card>
      <search className={classes.searchBar}>
        <div className={classes.search}>
          <SearchField label={w.mine.search} value={filters.q ?? ""} onChange={(q) => change({ q: q || undefined })} />
        </div>
        <Filters count={countSet([filters.due, filters.kind])}>
          <NativeSelect
            className={classes.choice}
            label={w.mine.due}
            data={[{ value: "", label: c.all }, ...groups.map((value) => ({ value, label: w.mine.groups[value] }))]}
            value={filters.due ?? ""}
            onChange={(event) => {
              const { value } = event.currentTarget;
              change({ due: groups.find((group) => group === value) });
            }}
          />
          <NativeSelect
            className={classes.choice}
            label={w.pool.kind}
            data={[{ value: "", label: c.all }, ...WORK_KINDS.map((value) => ({ value, label: c.kind[value] }))]}
            value={filters.kind ?? ""}
            onChange={(event) => {
              const { value } = event.currentTarget;
              change({ kind: WORK_KINDS.find((kind) => kind === value) });
            }}
          />
        </Filters>
        {(filters.q || filters.due || filters.kind) && (
          <Button variant="default" onClick={() => onChange({})}>
            {c.clearFilters}
          </Button>
        )}
      </search>
    </Card>
  );
}
