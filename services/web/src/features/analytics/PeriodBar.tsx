import { NativeSelect, SegmentedControl, Switch } from "@mantine/core";
import type { Bucket } from "@/api/schema";
import { adminPeople } from "@/i18n/en/adminPeople";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { DayField } from "@/ui/DayField";
import type { AnalyticsFilters } from "./filters";
import classes from "./PeriodBar.module.css";
import { length, MOST_BUCKETS, moved, type Period, PRESETS, plusDays, presetOf, today } from "./period";

const BUCKETS: Bucket[] = ["DAY", "WEEK", "MONTH"];

type Props = { filters: AnalyticsFilters; period: Period; onChange: (filters: AnalyticsFilters) => void };

/** Which days are shown, and how they are summed up. */
export function PeriodBar({ filters, period, onChange }: Props) {
  const t = useWords(common);
  const { analytics: w } = useWords(adminPeople);
  const preset = presetOf(period);
  const days = length(period);
  const shift = (change: { from: string } | { to: string }) => onChange({ ...filters, ...moved(period, change) });
  const choose = (count: string) =>
    onChange({ ...filters, from: plusDays(today(), 1 - Number(count)), to: undefined, bucket: undefined });
  const presets = PRESETS.map((count) => ({ value: String(count), label: w.lastDays(count) }));
  return (
    <search className={classes.bar}>
      <div className={classes.presets}>
        <SegmentedControl
          aria-label={w.period}
          value={preset === null ? "own" : String(preset)}
          onChange={(value) => value !== "own" && choose(value)}
          data={preset === null ? [...presets, { value: "own", label: w.ownPeriod }] : presets}
        />
      </div>
      <DayField label={t.from} value={period.from} max={today()} onChange={(from) => from && shift({ from })} />
      <DayField label={t.to} value={period.to} max={today()} onChange={(to) => to && shift({ to })} />
      <NativeSelect
        label={w.by}
        value={period.bucket}
        onChange={(event) => onChange({ ...filters, bucket: event.currentTarget.value as Bucket })}
        data={BUCKETS.map((bucket) => ({
          value: bucket,
          label: w.buckets[bucket],
          disabled: bucket === "DAY" && days > MOST_BUCKETS,
        }))}
      />
      <Switch
        className={classes.switch}
        label={w.asTables}
        checked={filters.view === "table"}
        onChange={(event) => onChange({ ...filters, view: event.currentTarget.checked ? "table" : undefined })}
      />
    </search>
  );
}
