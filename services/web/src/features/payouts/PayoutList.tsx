import { Group, NativeSelect, Stack, Text } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { HandCoins } from "lucide-react";
import { $api, api } from "@/api/client";
import { refetchSoon } from "@/api/queryClient";
import type { Payout } from "@/api/schema";
import { adminOrders } from "@/i18n/en/adminOrders";
import { common } from "@/i18n/en/common";
import { payouts } from "@/i18n/en/payouts";
import { useWords } from "@/i18n/language";
import { useCatchUp, useLive } from "@/live/useLive";
import { Card } from "@/ui/Card";
import { DataTable } from "@/ui/DataTable";
import { Empty } from "@/ui/Empty";
import { ExportMenu } from "@/ui/ExportMenu";
import { FailureNote } from "@/ui/Failure";
import { number } from "@/ui/format";
import { NoMatch } from "@/ui/NoMatch";
import { Pager } from "@/ui/Pager";
import { PATHS, type PayoutFilters, STATES } from "./filters";
import { payeeName } from "./names";
import { PayoutActs } from "./PayoutActs";
import { payoutColumns } from "./payoutColumns";

type Props = { filters: PayoutFilters; onChange: (filters: PayoutFilters) => void };

/** All payouts, and what can be done with each. */
export function PayoutList({ filters, onChange }: Props) {
  const t = useWords(common);
  const w = useWords(payouts);
  const o = useWords(adminOrders);
  const { state, cursor } = filters;
  const load = () => refetchSoon(PATHS.all);
  useLive("payout:updated", load);
  useCatchUp(load);
  const query = { state: state && [state], cursor, limit: 50, total: cursor ? undefined : true };
  const list = $api.useQuery("get", PATHS.all, { params: { query } }, { placeholderData: keepPreviousData });
  const total = list.data?.total;
  return (
    <Card title={w.list} flush>
      <Stack gap="xs" px="lg" py="sm">
        <search>
          <NativeSelect
            label={w.state}
            maw="20rem"
            value={state ?? ""}
            onChange={(event) =>
              onChange({ state: (event.currentTarget.value || undefined) as Payout["state"] | undefined })
            }
            data={[{ value: "", label: t.all }, ...STATES.map((value) => ({ value, label: w.states[value] }))]}
          />
        </search>
        <Group justify="space-between" gap="xs">
          <Text size="sm" c="dimmed" role="status">
            {list.isPending ? t.loading : total !== undefined && w.count(total, number(total))}
          </Text>
          <ExportMenu
            ask={(form, how) => {
              const params = { query: { state: state && [state], ...form } };
              return api.GET("/api/v1/admin/payouts/export", { params, ...how });
            }}
            what={o.exportList}
          />
        </Group>
        {list.isError && <FailureNote error={list.error} onRetry={() => void list.refetch()} />}
      </Stack>
      <DataTable
        label={w.list}
        columns={[
          {
            id: "who",
            title: w.who,
            cell: (payout) => payeeName(payout, w),
            hint: (payout) => payeeName(payout, w),
            grow: true,
          },
          ...payoutColumns(w, list.data?.items ?? []),
          { id: "acts", title: "", cell: (payout) => <PayoutActs payout={payout} /> },
        ]}
        rows={list.data?.items}
        id={({ id }) => id}
        name={(payout) => payeeName(payout, w)}
        expected={8}
        empty={
          state ? (
            <NoMatch onClear={() => onChange({})} />
          ) : (
            <Empty icon={<HandCoins />} title={w.none} hint={w.noneHint} />
          )
        }
      />
      <Pager cursor={cursor} next={list.data?.nextCursor} onChange={(next) => onChange({ ...filters, cursor: next })} />
    </Card>
  );
}
