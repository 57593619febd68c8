import { Stack, Text } from "@mantine/core";
import { useMemo } from "react";
import { adminPeople } from "@/i18n/en/adminPeople";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { Charts } from "./Charts";
import { Figures } from "./Figures";
import type { AnalyticsFilters } from "./filters";
import { rangeLabel } from "./labels";
import { PeriodBar } from "./PeriodBar";
import { before, length, periodOf } from "./period";
import { useOrderReport, useUserReport } from "./queries";

type Props = { filters: AnalyticsFilters; onChange: (filters: AnalyticsFilters) => void };

/** How the shop does: figures of a period beside those of the period before. */
export function Analytics({ filters, onChange }: Props) {
  const { analytics: w } = useWords(adminPeople);
  const { from, to, bucket } = periodOf(filters);
  const period = useMemo(() => ({ from, to, bucket }), [from, to, bucket]);
  const orders = useOrderReport(period);
  const users = useUserReport(period);
  const loading = (!orders.shown && !orders.failed) || (!users.shown && !users.failed);
  const failures = [...orders.failures, ...users.failures];
  const shown = orders.shown?.period ?? period;
  return (
    <Stack gap="lg">
      <PeriodBar filters={filters} period={period} onChange={onChange} />
      <Text c="dimmed" size="sm" role="status">
        {w.compared(rangeLabel(shown), rangeLabel(before(shown)))}
      </Text>
      {failures[0] && (
        <FailureNote
          error={failures[0].error}
          onRetry={() => {
            for (const one of failures) void one.refetch();
          }}
        />
      )}
      <Figures orders={orders.shown} users={users.shown} loading={loading} days={length(shown)} />
      <Charts orders={orders} users={users} period={period} asTables={filters.view === "table"} />
    </Stack>
  );
}
