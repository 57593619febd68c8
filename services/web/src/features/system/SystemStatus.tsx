import { Skeleton, Stack } from "@mantine/core";
import { Check, TriangleAlert } from "lucide-react";
import { $api } from "@/api/client";
import type { ConnectionStatus, SystemReport } from "@/api/schema";
import { adminPeople } from "@/i18n/en/adminPeople";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { duration } from "@/ui/duration";
import { FailureNote } from "@/ui/Failure";
import { clock } from "@/ui/format";
import { Ago } from "@/ui/Time";
import { type Outages, since } from "./health";
import { PartStamp } from "./PartStamp";
import { References } from "./References";
import { Services } from "./Services";
import classes from "./SystemStatus.module.css";
import { useOutages } from "./useOutages";

/** How often the platform is asked, while the page is visible. */
const EVERY = 15_000;

/** Whether everything works, and what does not. */
export function SystemStatus() {
  const system = $api.useQuery(
    "get",
    "/api/v1/admin/system",
    {},
    { refetchInterval: EVERY, refetchOnMount: "always", staleTime: 0 },
  );
  const report = system.data;
  const down = useOutages(report);
  return (
    <Stack gap="lg">
      {system.isError && <FailureNote error={system.error} onRetry={() => void system.refetch()} />}
      {system.isPending && <Skeleton height="32rem" />}
      {report && (
        <>
          <Overall report={report} down={down} />
          <Services report={report} down={down} />
          <Parts report={report} down={down} />
        </>
      )}
      {/* Not below what loads: it would jump. */}
      {!system.isPending && <References development={report?.environment === "development"} />}
    </Stack>
  );
}

type Props = { report: SystemReport; down: Outages };

function Overall({ report, down }: Props) {
  const { system: w } = useWords(adminPeople);
  const ok = report.status === "OK";
  const begin = since(down);
  const Icon = ok ? Check : TriangleAlert;
  return (
    <div className={classes.overall} data-ok={ok || undefined}>
      <Icon size={28} aria-hidden="true" />
      <div>
        {/* Only the state is read out, not the time of each look. */}
        <div role="status" className={classes.state}>
          {ok ? w.allWell : w.degraded}
        </div>
        <div className={classes.soft}>
          {!ok && begin && (
            <>
              {w.since} <Ago time={begin} /> ·{" "}
            </>
          )}
          {w.asOf(clock(report.timestamp))}
        </div>
      </div>
    </div>
  );
}

const LINKS: Record<ConnectionStatus, boolean | null> = { connected: true, disconnected: false, disabled: null };

function Parts({ report, down }: Props) {
  const { system: w } = useWords(adminPeople);
  return (
    <Card title={w.platform}>
      <dl className={classes.facts}>
        <dt>{w.database}</dt>
        <dd>
          <PartStamp works={LINKS[report.database]} since={down.database} />
        </dd>
        <dt>{w.bus}</dt>
        <dd>
          <PartStamp works={report.bus === "UP"} since={down.bus} />
        </dd>
        <dt>Redis</dt>
        <dd>
          <PartStamp works={LINKS[report.redis]} since={down.redis} />
        </dd>
        <dt>{w.version}</dt>
        <dd className="code">{report.version}</dd>
        <dt>{w.environment}</dt>
        <dd>{w.environments[report.environment] ?? report.environment}</dd>
        <dt>{w.uptime}</dt>
        <dd>{duration(report.uptime)}</dd>
      </dl>
    </Card>
  );
}
