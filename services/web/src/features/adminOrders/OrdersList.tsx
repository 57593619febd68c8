import { Group, Stack, Text } from "@mantine/core";
import { api } from "@/api/client";
import { useShop } from "@/api/useShop";
import { adminOrders } from "@/i18n/en/adminOrders";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { ExportMenu } from "@/ui/ExportMenu";
import { FailureNote } from "@/ui/Failure";
import { number } from "@/ui/format";
import { NewRows } from "@/ui/NewRows";
import { Pager } from "@/ui/Pager";
import { ActiveFilters } from "./ActiveFilters";
import { ColumnMenu } from "./ColumnMenu";
import { type ColumnId, DEFAULT_COLUMNS, rememberedColumns } from "./columns";
import { narrowing, type OrderFilters, orderQuery } from "./filters";
import { useKept } from "./keep";
import { OrderFilterBar } from "./OrderFilterBar";
import { OrdersTable } from "./OrdersTable";
import { useOrders } from "./useOrders";
import { ViewBar } from "./ViewBar";

type Props = { filters: OrderFilters; onChange: (filters: OrderFilters) => void };

/** All orders: views, filters, the table, and what can be done with several orders. */
export function OrdersList({ filters, onChange }: Props) {
  const t = useWords(adminOrders);
  const c = useWords(common);
  const { currency } = useShop();
  const { list, arrived, showArrivals } = useOrders(filters);
  const remembered = useKept(rememberedColumns);
  const columns = filters.columns ?? remembered ?? DEFAULT_COLUMNS;
  const chooseColumns = (chosen: ColumnId[]) => {
    rememberedColumns.set(chosen);
    // A shared address, or that of a view, says which columns it has.
    if (filters.columns) onChange({ ...filters, columns: chosen });
  };
  const narrow = (next: OrderFilters) => onChange({ ...next, cursor: undefined });
  const showNew = () => {
    showArrivals();
    if (filters.cursor) narrow(filters);
  };
  const items = list.data?.items;
  const total = list.data?.total ?? 0;
  const count = list.data ? t.orderCount(total, number(total), list.data.totalIsCapped ?? false) : null;
  return (
    <Stack gap="sm">
      <ViewBar filters={filters} columns={columns} />
      <OrderFilterBar filters={filters} currency={currency} onChange={narrow} />
      <ActiveFilters filters={filters} currency={currency} rows={items} onChange={narrow} />
      <Group justify="space-between" gap="xs">
        <Text size="sm" c="dimmed" role="status">
          {count ?? (list.isPending ? c.loading : "")}
        </Text>
        <Group gap="xs">
          <ColumnMenu columns={columns} onChange={chooseColumns} />
          <ExportMenu
            ask={(form, how) =>
              api.GET("/api/v1/admin/orders/export", { params: { query: { ...orderQuery(filters), ...form } }, ...how })
            }
            what={Object.keys(narrowing(filters)).length === 0 ? t.exportAll : t.exportListed(count ?? "")}
          />
        </Group>
      </Group>
      {list.isError && <FailureNote error={list.error} onRetry={() => void list.refetch()} />}
      {(list.data || list.isPending) && (
        <Card flush>
          <NewRows count={arrived} onShow={showNew} />
          <OrdersTable filters={filters} rows={items} columns={columns} />
          <Pager
            cursor={filters.cursor}
            next={list.data?.nextCursor}
            onChange={(cursor) => onChange({ ...filters, cursor })}
          />
        </Card>
      )}
    </Stack>
  );
}
