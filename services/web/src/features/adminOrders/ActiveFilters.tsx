import { Button, Group } from "@mantine/core";
import { X } from "lucide-react";
import type { Order } from "@/api/schema";
import { useWorkers } from "@/api/workers";
import { adminOrders } from "@/i18n/en/adminOrders";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { day, money } from "@/ui/format";
import { narrowing, type OrderFilters } from "./filters";

type Props = {
  filters: OrderFilters;
  currency: string;
  /** Rows of the list, which know the customer's name. */
  rows: Order[] | undefined;
  onChange: (filters: OrderFilters) => void;
};

type Chip = { key: string; label: string; without: OrderFilters };

/** The filters that the bar does not show by itself, each with a way to remove it. */
export function ActiveFilters({ filters, currency, rows, onChange }: Props) {
  const t = useWords(adminOrders);
  const c = useWords(common);
  const chips = useChips(filters, currency, rows);
  const narrowed = Object.keys(narrowing(filters)).length > 0;
  if (!narrowed) return null;
  return (
    <Group gap="xs">
      {chips.map(({ key, label, without }) => (
        <Button
          key={key}
          size="compact-sm"
          variant="light"
          aria-label={t.removeFilter(label)}
          rightSection={<X size={13} aria-hidden="true" />}
          onClick={() => onChange({ ...filters, ...without })}
        >
          {label}
        </Button>
      ))}
      <Button
        size="compact-sm"
        variant="subtle"
        onClick={() => onChange({ sort: filters.sort, columns: filters.columns })}
      >
        {c.clearFilters}
      </Button>
    </Group>
  );
}

function useChips(filters: OrderFilters, currency: string, rows: Order[] | undefined): Chip[] {
  const t = useWords(adminOrders);
  const c = useWords(common);
  const { data } = useWorkers();
  const { customerId, assigneeId, from, to, minTotal, maxTotal } = filters;
  const chips: Chip[] = [];
  const add = (key: string, label: string, without: OrderFilters) => chips.push({ key, label, without });
  if (customerId) {
    const name = rows?.find(({ customer }) => customer.id === customerId)?.customer.name;
    add("customer", `${c.customer}: ${name || t.oneCustomer}`, { customerId: undefined });
  }
  if (filters.unassigned) add("unassigned", t.withoutWorker, { unassigned: undefined });
  if (assigneeId) {
    const name = data?.items.find(({ id }) => id === assigneeId)?.name;
    add("worker", `${c.worker}: ${name || t.oneWorker}`, { assigneeId: undefined });
  }
  if (filters.kind) add("kind", filters.kind.map((kind) => c.kind[kind]).join(", "), { kind: undefined });
  if (filters.quote) {
    add("quote", filters.quote.map((quote) => t.quoteState[quote]).join(", "), { quote: undefined });
  }
  if (from) add("from", `${t.placedFrom} ${day(`${from}T12:00:00`)}`, { from: undefined });
  if (to) add("to", `${t.placedTo} ${day(`${to}T12:00:00`)}`, { to: undefined });
  if (minTotal !== undefined) {
    add("least", t.atLeast(money({ amount: minTotal, currency })), { minTotal: undefined });
  }
  if (maxTotal !== undefined) add("most", t.atMost(money({ amount: maxTotal, currency })), { maxTotal: undefined });
  return chips;
}
