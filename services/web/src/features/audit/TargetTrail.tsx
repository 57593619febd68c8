import { Text } from "@mantine/core";
import { $api } from "@/api/client";
import { adminPeople } from "@/i18n/en/adminPeople";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { FailureNote } from "@/ui/Failure";
import { TextLink } from "@/ui/links";
import { AuditEntry } from "./AuditEntry";
import classes from "./AuditList.module.css";
import { AUDIT_LOG, Waiting } from "./AuditLog";

const SHOWN = 10;

/** What administrators did to one thing. Acts on an account and on it as a worker have the same id. */
export function TargetTrail({ targetId }: { targetId: string }) {
  const { audit: w } = useWords(adminPeople);
  const log = $api.useQuery("get", AUDIT_LOG, { params: { query: { targetId, limit: SHOWN } } });
  const records = log.data?.items;
  const all = log.data?.nextCursor && (
    <TextLink to="/admin/audit" search={{ targetId }} size="sm">
      {w.all}
    </TextLink>
  );
  return (
    <Card title={w.trail} aside={all} flush>
      {log.isError && <FailureNote error={log.error} onRetry={() => void log.refetch()} />}
      {log.isPending && <Waiting rows={3} />}
      {records?.length === 0 && (
        <Text c="dimmed" p="md">
          {w.noTrail}
        </Text>
      )}
      {records && records.length > 0 && (
        <ul className={classes.list}>
          {records.map((record) => (
            <AuditEntry key={record.id} record={record} />
          ))}
        </ul>
      )}
    </Card>
  );
}
