import { Button, NativeSelect } from "@mantine/core";
import { adminPeople } from "@/i18n/en/adminPeople";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { DayField } from "@/ui/DayField";
import { countSet, Filters } from "@/ui/Filters";
import { SearchField } from "@/ui/SearchField";
import { ActorFilter } from "./ActorFilter";
import classes from "./AuditList.module.css";
import { ACTS, TARGET_KINDS } from "./acts";
import { type AuditFilters, isFiltered, narrowed } from "./filters";

type Choice = { value: string; label: string };
type Props = { filters: AuditFilters; onChange: (filters: AuditFilters) => void };

/** The filters of the audit log. */
export function AuditFilterBar({ filters, onChange }: Props) {
  const t = useWords(common);
  const { audit: w } = useWords(adminPeople);
  const narrow = (change: AuditFilters) => onChange(narrowed(filters, change));
  const word = (action: string): Choice => ({ value: action, label: w.actions[action] ?? action });
  const groups = Object.entries(ACTS).map(([prefix, actions]) => {
    const every = { value: prefix, label: w.every(w.groups[prefix] ?? prefix) };
    const items = actions.length > 1 ? [every, ...actions.map(word)] : actions.map(word);
    return { group: w.groups[prefix] ?? prefix, items };
  });
  const kinds = TARGET_KINDS.map((kind): Choice => ({ value: kind, label: w.kinds[kind] ?? kind }));
  const { action, targetKind } = filters;
  // An address may name what the lists do not have.
  const strange = (value: string | undefined, known: Choice[]) =>
    value && !known.some((choice) => choice.value === value) ? [{ value, label: value }] : [];
  const offered = groups.flatMap(({ items }) => items);
  return (
    <search className={classes.filters}>
      <div className={classes.search}>
        <SearchField
          label={w.targetId}
          value={filters.targetId ?? ""}
          onChange={(typed) => narrow({ targetId: typed.replace(/[^A-Za-z0-9._:-]/g, "").slice(0, 64) || undefined })}
        />
      </div>
      <Filters count={countSet([filters.actorId, action, targetKind, filters.from, filters.to])}>
        <ActorFilter actorId={filters.actorId} onChange={(actorId) => narrow({ actorId })} />
        <NativeSelect
          label={w.act}
          value={action ?? ""}
          onChange={(event) => narrow({ action: event.currentTarget.value || undefined })}
          data={[{ value: "", label: t.all }, ...strange(action, offered), ...groups]}
        />
        <NativeSelect
          label={w.targetKind}
          value={targetKind ?? ""}
          onChange={(event) => narrow({ targetKind: event.currentTarget.value || undefined })}
          data={[{ value: "", label: t.all }, ...strange(targetKind, kinds), ...kinds]}
        />
        <DayField label={t.from} value={filters.from} onChange={(from) => narrow({ from })} />
        <DayField label={t.to} value={filters.to} onChange={(to) => narrow({ to })} />
        {isFiltered(filters) && (
          <Button variant="default" onClick={() => onChange({})}>
            {t.clearFilters}
          </Button>
        )}
      </Filters>
    </search>
  );
}
