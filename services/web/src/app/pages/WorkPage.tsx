import { Skeleton, Stack } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import type { WorkFilters } from "@/features/work/filters";
import { MyWork } from "@/features/work/MyWork";
import { WorkFilterBar } from "@/features/work/WorkFilterBar";
import { Workload } from "@/features/work/Workload";
import { work } from "@/i18n/en/work";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { ButtonLink } from "@/ui/links";
import { Page } from "@/ui/Page";
import { AtOnce } from "../AtOnce";

const route = getRouteApi("/signed-in/work");

/** The orders of the signed-in worker. */
export function WorkPage() {
  const t = useWords(work).mine;
  const filters = route.useSearch();
  const navigate = route.useNavigate();
  const change = (search: WorkFilters) =>
    void navigate({ search, replace: search.q !== filters.q, resetScroll: false });
  return (
    <Page
      title={t.title}
      subtitle={t.subtitle}
      actions={
        <ButtonLink to="/pool" variant="default">
          {t.toPool}
        </ButtonLink>
      }
    >
      <AtOnce skeleton={<Skeleton height="32rem" radius="md" />}>
        <Stack gap="md">
          <Card>
            <Workload />
          </Card>
          <WorkFilterBar filters={filters} onChange={change} />
          <MyWork filters={filters} onChange={change} />
        </Stack>
      </AtOnce>
    </Page>
  );
}
