import type { ServiceReport, SystemReport } from "@/api/schema";
import { adminPeople } from "@/i18n/en/adminPeople";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { type Column, DataTable } from "@/ui/DataTable";
import { Empty } from "@/ui/Empty";
import { number } from "@/ui/format";
import { type Outages, SLOW } from "./health";
import { PartStamp } from "./PartStamp";

type Row = ServiceReport & { name: string };

/** Each service of the platform: whether it answers, how fast, and which version it is. */
export function Services({ report, down }: { report: SystemReport; down: Outages }) {
  const { system: w } = useWords(adminPeople);
  const rows = Object.entries(report.services).map(([name, service]): Row => ({ name, ...service }));
  const columns: Column<Row>[] = [
    { id: "name", title: w.service, cell: ({ name }) => w.services[name] ?? name },
    {
      id: "status",
      title: w.state,
      cell: ({ name, status }) => <PartStamp works={status === "UP"} since={down[name]} />,
    },
    {
      id: "latency",
      title: w.latency,
      right: true,
      cell: ({ latencyMs }) => `${number(latencyMs)} ms${latencyMs > SLOW ? ` (${w.slow})` : ""}`,
    },
    {
      id: "version",
      title: w.version,
      // In the middle of an update services may have another version than the gateway.
      cell: ({ version }) => (
        <>
          <span className="code">{version ?? w.unknown}</span>
          {version && version !== report.version && ` (${w.otherVersion})`}
        </>
      ),
    },
  ];
  return (
    <Card title={w.servicesTitle} flush>
      <DataTable
        label={w.servicesTitle}
        columns={columns}
        rows={rows}
        id={({ name }) => name}
        name={({ name }) => name}
        empty={<Empty title={w.noServices} />}
      />
    </Card>
  );
}
