import { Skeleton, Stack } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { HardHat } from "lucide-react";
import { useAllCategories } from "@/api/categories";
import { $api } from "@/api/client";
import { refetchSoon } from "@/api/queryClient";
import { WORKERS } from "@/api/workers";
import { adminPeople } from "@/i18n/en/adminPeople";
import { useWords } from "@/i18n/language";
import { useCatchUp, useLive } from "@/live/useLive";
import { Card } from "@/ui/Card";
import { categoryChoices } from "@/ui/categoryTree";
import { Empty } from "@/ui/Empty";
import { FailureNote } from "@/ui/Failure";
import { ButtonLink } from "@/ui/links";
import { NoMatch } from "@/ui/NoMatch";
import { Pager } from "@/ui/Pager";
import { SearchField } from "@/ui/SearchField";
import type { WorkerFilters } from "./filters";
import userClasses from "./UserList.module.css";
import classes from "./WorkerList.module.css";
import { WorkerRow } from "./WorkerRow";

type Props = { filters: WorkerFilters; onChange: (filters: WorkerFilters) => void };

/** All workers by name, with what they have in hand; it follows the orders. */
export function WorkerList({ filters, onChange }: Props) {
  const { workers: w } = useWords(adminPeople);
  const query = { q: filters.q || undefined, cursor: filters.cursor };
  const workers = $api.useQuery("get", WORKERS, { params: { query } }, { placeholderData: keepPreviousData });
  const categories = useAllCategories();
  useLive("order:claimed", () => refetchSoon(WORKERS));
  useLive("order:status", () => refetchSoon(WORKERS));
  useLive("order:available", () => refetchSoon(WORKERS));
  useCatchUp(() => refetchSoon(WORKERS));
  const rows = workers.data?.items;
  const choices = categoryChoices(categories.data?.items ?? [], w.inactiveCategory);
  return (
    <Card flush>
      <search className={userClasses.filters}>
        <SearchField
          value={filters.q ?? ""}
          onChange={(q) => onChange({ q: q || undefined, cursor: undefined })}
          label={w.search}
        />
      </search>
      {workers.isError && <FailureNote error={workers.error} onRetry={() => void workers.refetch()} />}
      {workers.isPending && <Waiting />}
      {rows?.length === 0 && filters.q && <NoMatch onClear={() => onChange({})} />}
      {rows?.length === 0 && !filters.q && (
        <Empty
          icon={<HardHat size={32} aria-hidden="true" />}
          title={w.none}
          hint={w.noneHint}
          action={
            <ButtonLink to="/admin/users" variant="default">
              {w.toUsers}
            </ButtonLink>
          }
        />
      )}
      {rows && rows.length > 0 && (
        <ul className={classes.list} aria-label={w.title} aria-busy={workers.isPlaceholderData}>
          {rows.map((worker) => (
            <WorkerRow key={worker.id} worker={worker} choices={choices} />
          ))}
        </ul>
      )}
      <Pager
        cursor={filters.cursor}
        next={workers.data?.nextCursor}
        onChange={(cursor) => onChange({ ...filters, cursor })}
      />
    </Card>
  );
}

function Waiting() {
  return (
    <Stack gap="md" px="lg" pb="md">
      {Array.from({ length: 8 }, (_, index) => (
        <Skeleton key={index} height="3.5rem" />
      ))}
    </Stack>
  );
}
