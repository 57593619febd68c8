import { Button, Group, Skeleton, Stack, VisuallyHidden } from "@mantine/core";
import { HardHat } from "lucide-react";
import type { Order } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { work } from "@/i18n/en/work";
import { useWords } from "@/i18n/language";
import { Empty } from "@/ui/Empty";
import { FailureNote } from "@/ui/Failure";
import { ButtonLink } from "@/ui/links";
import { NoMatch } from "@/ui/NoMatch";
import { useNow } from "@/ui/useNow";
import { groupWork, nextWork } from "./dueGroups";
import { DUE_GROUPS, type WorkFilters } from "./filters";
import { useDoneWork, useOpenWork, useWorkEvents } from "./useMyWork";
import { useUnread } from "./useUnread";
import { WorkGroup } from "./WorkGroup";

/** Orders that show their progress: each costs a call. */
const WITH_PROGRESS = 20;
const DONE = 10;

type Props = { filters: WorkFilters; onChange: (filters: WorkFilters) => void };

/** The worker's orders by due date, what is on hold, and what was done last. */
export function MyWork({ filters, onChange }: Props) {
  const c = useWords(common);
  const t = useWords(work).mine;
  const now = useNow(60_000);
  const open = useOpenWork(filters);
  const done = useDoneWork(filters, DONE);
  const unread = useUnread();
  const orders = open.data?.pages.flatMap(({ items }) => items);
  useWorkEvents(orders);
  const retry = () => {
    void open.refetch();
    void done.refetch();
  };
  if (open.isError && !orders) return <FailureNote error={open.error} onRetry={retry} />;
  if (!orders) return <Skeleton height="24rem" />;
  const groups = groupWork(orders, now);
  const shown = [...DUE_GROUPS, "held" as const].filter((group) => !filters.due || filters.due === group);
  const count = shown.reduce((sum, group) => sum + groups[group].length, 0);
  const isNarrowed = Boolean(filters.q || filters.kind || filters.due);
  const withProgress = new Set(nextWork(groups, WITH_PROGRESS).map(({ id }) => id));
  const latest = [...(done.data?.items ?? [])].sort(lastCompletedFirst);
  return (
    <Stack gap="md">
      <VisuallyHidden role="status">{isNarrowed ? t.found(count) : ""}</VisuallyHidden>
      {open.isError && <FailureNote error={open.error} onRetry={retry} />}
      {count === 0 && <Nothing isNarrowed={isNarrowed} onClear={() => onChange({})} />}
      {shown.map((group) => (
        <WorkGroup
          key={group}
          title={t.groups[group]}
          orders={groups[group]}
          unread={unread}
          withProgress={withProgress}
        />
      ))}
      {open.hasNextPage && (
        <Group justify="center">
          <Button variant="default" loading={open.isFetchingNextPage} onClick={() => void open.fetchNextPage()}>
            {c.showMore}
          </Button>
        </Group>
      )}
      {!filters.due && <WorkGroup title={t.lastDone} orders={latest} unread={unread} />}
      {done.isError && !done.data && <FailureNote error={done.error} onRetry={retry} />}
    </Stack>
  );
}

function lastCompletedFirst(a: Order, b: Order): number {
  return (b.completedAt ?? "").localeCompare(a.completedAt ?? "");
}

function Nothing({ isNarrowed, onClear }: { isNarrowed: boolean; onClear: () => void }) {
  const t = useWords(work).mine;
  if (isNarrowed) return <NoMatch onClear={onClear} />;
  return (
    <Empty
      icon={<HardHat aria-hidden="true" />}
      title={t.empty}
      hint={t.emptyHint}
      action={<ButtonLink to="/pool">{t.toPool}</ButtonLink>}
    />
  );
}
