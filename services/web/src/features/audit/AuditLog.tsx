import { Button, Skeleton, Stack } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { FileClock, RefreshCw } from "lucide-react";
import { $api } from "@/api/client";
import { adminPeople } from "@/i18n/en/adminPeople";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { Empty } from "@/ui/Empty";
import { FailureNote } from "@/ui/Failure";
import { NoMatch } from "@/ui/NoMatch";
import { Pager } from "@/ui/Pager";
import { AuditEntry } from "./AuditEntry";
import { AuditFilterBar } from "./AuditFilterBar";
import classes from "./AuditList.module.css";
import { type AuditFilters, auditQuery, isFiltered, narrowed } from "./filters";

export const AUDIT_LOG = "/api/v1/admin/audit-log";

type Props = { filters: AuditFilters; onChange: (filters: AuditFilters) => void };

/** Who did what, newest first. It does not move by itself while it is read; there is a button for what is new. */
export function AuditLog({ filters, onChange }: Props) {
  const { audit: w } = useWords(adminPeople);
  const query = auditQuery(filters);
  const log = $api.useQuery("get", AUDIT_LOG, { params: { query } }, { placeholderData: keepPreviousData });
  const records = log.data?.items;
  const filtered = isFiltered(filters);
  return (
    <Card
      flush
      title={w.acts}
      aside={
        <Button
          variant="default"
          size="xs"
          leftSection={<RefreshCw size={14} aria-hidden="true" />}
          loading={log.isFetching && !log.isPending}
          onClick={() => void log.refetch()}
        >
          {w.reload}
        </Button>
      }
    >
      <AuditFilterBar filters={filters} onChange={onChange} />
      {log.isError && <FailureNote error={log.error} onRetry={() => void log.refetch()} />}
      {log.isPending && <Waiting rows={10} />}
      {records?.length === 0 && filtered && <NoMatch onClear={() => onChange({})} />}
      {records?.length === 0 && !filtered && (
        <Empty icon={<FileClock size={32} aria-hidden="true" />} title={w.none} hint={w.noneHint} />
      )}
      {records && records.length > 0 && (
        <ul className={classes.list} aria-label={w.acts} aria-busy={log.isPlaceholderData}>
          {records.map((record) => (
            <AuditEntry
              key={record.id}
              record={record}
              onActor={(actorId) => onChange(narrowed(filters, { actorId }))}
              onTarget={(targetKind, targetId) => onChange(narrowed(filters, { targetKind, targetId }))}
            />
          ))}
        </ul>
      )}
      <Pager
        cursor={filters.cursor}
        next={log.data?.nextCursor}
        onChange={(cursor) => onChange({ ...filters, cursor })}
      />
    </Card>
  );
}

/** As high as the entries that are loading. */
export function Waiting({ rows }: { rows: number }) {
  return (
    <Stack gap="md" p="md">
      {Array.from({ length: rows }, (_, index) => (
        <Skeleton key={index} height="3.6rem" />
      ))}
    </Stack>
  );
}
