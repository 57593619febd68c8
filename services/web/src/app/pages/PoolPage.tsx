import { SegmentedControl, Stack } from "@mantine/core";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Files } from "@/features/files/Files";
import type { PoolFilters } from "@/features/work/filters";
import { Pool } from "@/features/work/Pool";
import { PoolFilterBar } from "@/features/work/PoolFilterBar";
import { PriceRequests } from "@/features/work/PriceRequests";
import { SoundSwitch } from "@/features/work/SoundSwitch";
import { useOpenPriceRequests } from "@/features/work/usePriceRequests";
import { Workload } from "@/features/work/Workload";
import { work } from "@/i18n/en/work";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { Page } from "@/ui/Page";
import { SearchField } from "@/ui/SearchField";

const route = getRouteApi("/signed-in/pool");

/** The orders that wait for a worker, and those that wait for a price. */
export function PoolPage() {
  const t = useWords(work);
  const filters = route.useSearch();
  const navigate = route.useNavigate();
  const go = useNavigate();
  const unpriced = useOpenPriceRequests();
  const change = (next: PoolFilters) =>
    void navigate({ search: { ...filters, ...next }, replace: "q" in next, resetScroll: "cursor" in next });
  const views = [
    { value: "claim", label: t.pool.toClaim },
    { value: "prices", label: t.prices.tab(unpriced) },
  ];
  return (
    <Page title={t.pool.title} subtitle={t.pool.subtitle} actions={<SoundSwitch />}>
      <Stack gap="md">
        <Card>
          <Workload />
        </Card>
        <SegmentedControl
          aria-label={t.pool.view}
          maw="26rem"
          data={views}
          value={filters.view ?? "claim"}
          onChange={(value) =>
            change({ view: value === "prices" ? value : undefined, cursor: undefined, look: undefined })
          }
        />
        {filters.view === "prices" ? (
          <>
            <SearchField
              label={t.pool.search}
              value={filters.q ?? ""}
              onChange={(q) => change({ q: q || undefined, cursor: undefined })}
            />
            <PriceRequests
              filters={filters}
              onChange={change}
              onOpen={({ id }) => void go({ to: "/orders/$orderId", params: { orderId: id } })}
            />
          </>
        ) : (
          <>
            <PoolFilterBar filters={filters} onChange={change} />
            <Pool filters={filters} onChange={change} files={(order) => <Files order={order} />} />
          </>
        )}
      </Stack>
    </Page>
  );
}
