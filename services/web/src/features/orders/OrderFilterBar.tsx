import { Button, Chip, Group, MultiSelect, NativeSelect } from "@mantine/core";
import { X } from "lucide-react";
import type { OrderSort, OrderStatus, PaymentStatus } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { orders } from "@/i18n/en/orders";
import { useWords } from "@/i18n/language";
import { DayField } from "@/ui/DayField";
import { countSet, Filters } from "@/ui/Filters";
import { ORDER_STATUSES, PAYMENT_STATUSES } from "@/ui/orderFacts";
import { SearchField } from "@/ui/SearchField";
import { isNarrowed, type OrderFilters, SORTS } from "./filters";
import classes from "./OrderFilterBar.module.css";

type Props = {
  filters: OrderFilters;
  /** `typing` changes come one after another: they make no steps back in the browser. */
  onChange: (change: Partial<OrderFilters>, typing?: boolean) => void;
};

/** Search, filters and sorting of a customer's orders. */
export function OrderFilterBar({ filters, onChange }: Props) {
  const t = useWords(orders);
  const words = useWords(common);
  const clear = { q: undefined, status: undefined, paymentStatus: undefined, from: undefined, to: undefined };
  return (
    <search className={classes.bar}>
      <div className={classes.search}>
        <SearchField label={t.searchOrders} value={filters.q ?? ""} onChange={(q) => onChange({ q }, true)} />
      </div>
      <Filters count={countSet([filters.paymentStatus, filters.from, filters.to])}>
        <MultiSelect
          className={classes.payment}
          label={words.payment}
          placeholder={filters.paymentStatus ? undefined : words.all}
          data={PAYMENT_STATUSES.map((value) => ({ value, label: words.paymentStatus[value] }))}
          value={filters.paymentStatus ?? []}
          onChange={(values) => onChange({ paymentStatus: values as PaymentStatus[] })}
          clearable
        />
        <div className={classes.day}>
          <DayField label={words.from} value={filters.from} onChange={(from) => onChange({ from })} />
        </div>
        <div className={classes.day}>
          <DayField label={words.to} value={filters.to} onChange={(to) => onChange({ to })} />
        </div>
        <NativeSelect
          className={classes.sort}
          label={t.sort}
          data={SORTS.map((value) => ({ value, label: t.sorts[value] }))}
          value={filters.sort ?? "NEWEST"}
          onChange={(event) => onChange({ sort: event.currentTarget.value as OrderSort })}
        />
      </Filters>
      <div className={classes.states}>
        <div role="group" aria-label={words.status}>
          <Chip.Group
            multiple
            value={filters.status ?? []}
            onChange={(status) => onChange({ status: status as OrderStatus[] })}
          >
            <Group gap={6}>
              {ORDER_STATUSES.map((status) => (
                <Chip key={status} value={status} size="sm">
                  {words.orderStatus[status]}
                </Chip>
              ))}
            </Group>
          </Chip.Group>
        </div>
        {isNarrowed(filters) && (
          <Button
            variant="subtle"
            size="compact-sm"
            leftSection={<X size={16} aria-hidden="true" />}
            onClick={() => onChange(clear)}
          >
            {words.clearFilters}
          </Button>
        )}
      </div>
    </search>
  );
}
