import { Button, NativeSelect } from "@mantine/core";
import { CircleCheck, CircleDashed, CircleX, Download, FilePen, type LucideIcon } from "lucide-react";
import { useMemo, useState } from "react";
import type { ImportLine, ImportOutcome, ImportReport } from "@/api/schema";
import { adminCatalogue } from "@/i18n/en/adminCatalogue";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { type Column, DataTable } from "@/ui/DataTable";
import { Empty } from "@/ui/Empty";
import { number } from "@/ui/format";
import { TextLink } from "@/ui/links";
import { Stamp, type Tone } from "@/ui/Stamp";
import { saveFile } from "@/ui/saveFile";
import classes from "./Import.module.css";
import { counts, csv, firstFilter, type LineFilter, linesOf, OUTCOMES, reportRows } from "./importReport";

/** Lines that are drawn at a time: a report may have 100,000. */
const STEP = 200;

const LOOK: Record<ImportOutcome, [Tone, LucideIcon]> = {
  FAILED: ["bad", CircleX],
  CREATED: ["done", CircleCheck],
  UPDATED: ["working", FilePen],
  UNCHANGED: ["over", CircleDashed],
};

/** What an import did, or would do, line by line. */
export function ImportReportCard({ report }: { report: ImportReport }) {
  const t = useWords(adminCatalogue);
  const words = useWords(common);
  const [filter, setFilter] = useState<LineFilter>(() => firstFilter(report));
  const [shown, setShown] = useState(STEP);
  const lines = useMemo(() => linesOf(report, filter), [report, filter]);
  const sums = counts(report);
  const columns = useColumns(report.dryRun);
  const choose = (next: LineFilter) => {
    setFilter(next);
    setShown(STEP);
  };
  const rest = lines.length - shown;
  return (
    <Card title={report.dryRun ? t.wouldHappen : t.happened} flush>
      <dl className={classes.counts}>
        {OUTCOMES.map((outcome) => (
          <div key={outcome}>
            <dt>{t.outcome[outcome]}</dt>
            <dd className="figures">{number(sums[outcome])}</dd>
          </div>
        ))}
      </dl>
      <div className={classes.tools}>
        <NativeSelect
          label={t.showLines}
          value={filter}
          onChange={({ currentTarget }) => choose(currentTarget.value as LineFilter)}
          data={(["ALL", ...OUTCOMES] as const).map((value) => ({
            value,
            label: `${value === "ALL" ? words.all : t.outcome[value]} (${number(sums[value])})`,
          }))}
        />
        <Button
          variant="default"
          leftSection={<Download size={16} />}
          onClick={() => saveFile(csv(reportRows(lines)), "import-report.csv")}
        >
          {t.saveReport}
        </Button>
      </div>
      <DataTable
        label={t.lines}
        columns={columns}
        rows={lines.slice(0, shown)}
        id={({ line }) => String(line)}
        name={({ line }) => t.lineNumber(line)}
        empty={<Empty title={words.noMatch} />}
      />
      {rest > 0 && (
        <div className={classes.more}>
          <Button variant="default" onClick={() => setShown(shown + STEP)}>
            {t.showMoreLines(Math.min(rest, STEP), number(rest))}
          </Button>
        </div>
      )}
    </Card>
  );
}

function useColumns(dryRun: boolean): Column<ImportLine>[] {
  const t = useWords(adminCatalogue);
  return [
    { id: "line", title: t.line, cell: ({ line }) => number(line), right: true },
    {
      id: "sku",
      title: t.sku,
      cell: ({ sku, productId, outcome }) =>
        // A product that a check would create is not there yet.
        productId && !(dryRun && outcome === "CREATED") ? (
          <TextLink to="/admin/products/$productId" params={{ productId }} className="code">
            {sku}
          </TextLink>
        ) : (
          <span className="code">{sku || "–"}</span>
        ),
    },
    {
      id: "outcome",
      title: t.result,
      cell: ({ outcome }) => {
        const [tone, icon] = LOOK[outcome];
        return (
          <Stamp tone={tone} icon={icon}>
            {dryRun ? t.outlook[outcome] : t.outcome[outcome]}
          </Stamp>
        );
      },
    },
    { id: "faults", title: t.faults, cell: (line) => <Faults line={line} />, wrap: true },
  ];
}

function Faults({ line: { faults, outcome } }: { line: ImportLine }) {
  const t = useWords(adminCatalogue);
  // The API explains the first 10,000 failed lines.
  if (!faults || faults.length === 0) return outcome === "FAILED" ? t.notExplained : "–";
  return (
    <ul className={classes.faults}>
      {faults.map(({ field, message }) => (
        <li key={field + message}>
          <span className="code">{field}</span> {message}
        </li>
      ))}
    </ul>
  );
}
