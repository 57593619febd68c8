import { Button, Skeleton, Stack, Text } from "@mantine/core";
import { $api } from "@/api/client";
import type { AuditRecord } from "@/api/schema";
import { adminOrders } from "@/i18n/en/adminOrders";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { FailureNote } from "@/ui/Failure";
import { dateTime } from "@/ui/format";
import { Ago } from "@/ui/Time";
import classes from "./AuditTrail.module.css";
import { PATHS } from "./acts";
import { Differences } from "./Differences";

type Props = { kind: string; id: string };

function useTrail(kind: string, id: string) {
  return $api.useInfiniteQuery(
    "get",
    PATHS.audit,
    { params: { query: { targetKind: kind, targetId: id, limit: 10 } } },
    // An empty cursor is the first page.
    { initialPageParam: "", getNextPageParam: (page: { nextCursor: string | null }) => page.nextCursor },
  );
}

/** What administrators did with one thing: who, what, from where, and what was different afterwards. */
export function AuditTrail({ kind, id }: Props) {
  const t = useWords(adminOrders);
  const c = useWords(common);
  const { data, isError, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useTrail(kind, id);
  const records = data?.pages.flatMap((page) => page.items);
  return (
    <Card title={t.audit}>
      {isError && <FailureNote error={error} onRetry={() => void refetch()} />}
      {!records && !isError && (
        <Stack gap="md" aria-busy="true">
          {Array.from({ length: 3 }, (_, index) => (
            <Skeleton key={index} height="3.2rem" />
          ))}
        </Stack>
      )}
      {records?.length === 0 && <Text c="dimmed">{t.noActs}</Text>}
      {records && records.length > 0 && (
        <ol className={classes.acts}>
          {records.map((record) => (
            <Act key={record.id} record={record} />
          ))}
        </ol>
      )}
      {hasNextPage && (
        <Button variant="subtle" size="xs" mt="sm" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {c.showMore}
        </Button>
      )}
    </Card>
  );
}

function Act({ record }: { record: AuditRecord }) {
  const t = useWords(adminOrders);
  const c = useWords(common);
  const { actor, action, at, before, after, clientAddress, requestId } = record;
  return (
    <li className={classes.act}>
      <span className={classes.head}>
        <strong>{t.acts[action] ?? action}</strong>
        <span className={classes.soft}>
          {actor ? `${actor.name} (${c.role[actor.role]})` : t.system} · <Ago time={at} />
        </span>
      </span>
      <Differences before={before} after={after} />
      <details className={classes.origin}>
        <summary>{t.origin}</summary>
        <dl>
          <dt>{t.when}</dt>
          <dd>{dateTime(at)}</dd>
          <dt>{t.address}</dt>
          <dd className="code">{clientAddress || "–"}</dd>
          <dt>{t.request}</dt>
          <dd className="code">{requestId || "–"}</dd>
        </dl>
      </details>
    </li>
  );
}
