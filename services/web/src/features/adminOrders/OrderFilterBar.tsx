import { NativeSelect } from "@mantine/core";
import type { OrderSort } from "@/api/schema";
import { adminOrders } from "@/i18n/en/adminOrders";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { countSet, Filters } from "@/ui/Filters";
import { ORDER_STATUSES, PAYMENT_STATUSES } from "@/ui/orderFacts";
import { SearchField } from "@/ui/SearchField";
import { ChoiceFilter } from "./ChoiceFilter";
import { type OrderFilters, SORTS } from "./filters";
import { MoreFilters } from "./MoreFilters";
import { countMore } from "./moreFilters";
import classes from "./OrderFilterBar.module.css";

type Props = { filters: OrderFilters; currency: string; onChange: (filters: OrderFilters) => void };

/** Search, the usual filters, and the order of the list. */
export function OrderFilterBar({ filters, currency, onChange }: Props) {
  const t = useWords(adminOrders);
  const c = useWords(common);
  const change = (part: OrderFilters) => onChange({ ...filters, ...part });
  return (
    <search className={classes.bar}>
      <div className={classes.search}>
        <SearchField label={t.searchOrders} value={filters.q ?? ""} onChange={(q) => change({ q: q || undefined })} />
      </div>
      <Filters count={countSet([filters.status, filters.paymentStatus]) + countMore(filters)}>
        <ChoiceFilter
          label={c.status}
          values={ORDER_STATUSES}
          names={c.orderStatus}
          chosen={filters.status}
          onChange={(status) => change({ status })}
        />
        <ChoiceFilter
          label={c.payment}
          values={PAYMENT_STATUSES}
          names={c.paymentStatus}
          chosen={filters.paymentStatus}
          onChange={(paymentStatus) => change({ paymentStatus })}
        />
        <MoreFilters filters={filters} currency={currency} onApply={onChange} />
        <NativeSelect
          aria-label={t.sort}
          value={filters.sort ?? "NEWEST"}
          data={SORTS.map((value) => ({ value, label: t.sorts[value] }))}
          onChange={(event) => {
            const sort = event.currentTarget.value as OrderSort;
            change({ sort: sort === "NEWEST" ? undefined : sort });
          }}
        />
      </Filters>
    </search>
  );
}
