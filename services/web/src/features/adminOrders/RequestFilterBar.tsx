import { Group, SegmentedControl } from "@mantine/core";
import { adminOrders } from "@/i18n/en/adminOrders";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { ChoiceFilter } from "./ChoiceFilter";
import { REQUEST_KINDS, REQUEST_STATES, type RequestFilters } from "./filters";

type Props = { filters: RequestFilters; onChange: (filters: RequestFilters) => void };

/** Which requests are listed: by state and kind. */
export function RequestFilterBar({ filters, onChange }: Props) {
  const t = useWords(adminOrders);
  const c = useWords(common);
  const names = { ...c.requestState, ALL: c.all };
  const change = (value: string) => {
    const state = REQUEST_STATES.find((one) => one === value);
    onChange({ ...filters, state: state === "PENDING" ? undefined : state });
  };
  return (
    <Group gap="xs">
      <SegmentedControl
        aria-label={c.status}
        size="xs"
        value={filters.state ?? "PENDING"}
        onChange={change}
        data={REQUEST_STATES.map((value) => ({ value, label: names[value] }))}
      />
      <ChoiceFilter
        label={t.kind}
        values={REQUEST_KINDS}
        names={c.requestKind}
        chosen={filters.kind}
        onChange={(kind) => onChange({ ...filters, kind })}
      />
    </Group>
  );
}
