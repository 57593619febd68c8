import { Skeleton, Stack } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { BookOpenText } from "lucide-react";
import { $api, api } from "@/api/client";
import { refetchSoon } from "@/api/queryClient";
import { adminOrders } from "@/i18n/en/adminOrders";
import { useWords } from "@/i18n/language";
import { useCatchUp, useLive } from "@/live/useLive";
import { Card } from "@/ui/Card";
import { Empty } from "@/ui/Empty";
import { ExportMenu } from "@/ui/ExportMenu";
import { FailureNote } from "@/ui/Failure";
import { countSet, Filters } from "@/ui/Filters";
import { NoMatch } from "@/ui/NoMatch";
import { Pager } from "@/ui/Pager";
import { AccountBalances } from "./AccountBalances";
import { AccountFilter } from "./AccountFilter";
import { AccountsHelp } from "./AccountsHelp";
import { PATHS } from "./acts";
import { entriesOf } from "./entries";
import type { LedgerFilters } from "./filters";
import { LedgerTable } from "./LedgerTable";
import bar from "./OrderFilterBar.module.css";
import { OrderLookup } from "./OrderLookup";

type Props = { filters: LedgerFilters; onChange: (filters: LedgerFilters) => void };

function useLedger({ orderId, account, cursor }: LedgerFilters) {
  const load = () => refetchSoon(PATHS.ledger);
  useLive("payment:updated", load);
  useLive("order:status", load);
  useCatchUp(load);
  return $api.useQuery(
    "get",
    PATHS.ledger,
    { params: { query: { orderId, account, cursor, limit: 100 } } },
    { placeholderData: keepPreviousData },
  );
}

/** Every movement of money, by entries that balance. */
export function LedgerList({ filters, onChange }: Props) {
  const t = useWords(adminOrders);
  const list = useLedger(filters);
  const narrow = (part: LedgerFilters) => onChange({ ...filters, ...part, cursor: undefined });
  const isFiltered = Boolean(filters.account || filters.orderId);
  const cut = { filtered: isFiltered, before: Boolean(filters.cursor), after: Boolean(list.data?.nextCursor) };
  const entries = list.data && entriesOf(list.data.items, cut);
  return (
    <Stack gap="sm">
      <search className={bar.bar}>
        <OrderLookup orderId={filters.orderId} onChange={(orderId) => narrow({ orderId })} />
        <Filters count={countSet([filters.account])}>
          <AccountFilter account={filters.account} onChange={(account) => narrow({ account })} />
        </Filters>
        <ExportMenu
          ask={({ format, bom }, how) => {
            const query = { orderId: filters.orderId, account: filters.account, format, bom };
            return api.GET("/api/v1/admin/ledger/export", { params: { query }, ...how });
          }}
          what={t.exportList}
        />
      </search>
      <AccountBalances />
      <AccountsHelp />
      {list.isError && <FailureNote error={list.error} onRetry={() => void list.refetch()} />}
      {(list.data || list.isPending) && (
        <Card flush>
          {!entries && <Skeleton height="28rem" />}
          {entries?.length === 0 && isFiltered && <NoMatch onClear={() => onChange({})} />}
          {entries?.length === 0 && !isFiltered && (
            <Empty icon={<BookOpenText />} title={t.noBookings} hint={t.noBookingsHint} />
          )}
          {entries && entries.length > 0 && <LedgerTable entries={entries} />}
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
