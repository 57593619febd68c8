import { Button, Skeleton, Text } from "@mantine/core";
import { Download } from "lucide-react";
import { lazy, type ReactNode, Suspense } from "react";
import { adminPeople } from "@/i18n/en/adminPeople";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import classes from "./ChartCard.module.css";
import { ChartTable } from "./ChartTable";
import { type ChartModel, isEmpty } from "./chartModel";
import { Legend } from "./Legend";
import { csvOf, download } from "./table";

// Chart.js comes with the first chart; figures and tables are there before.
const Plot = lazy(async () => ({ default: (await import("./Plot")).Plot }));

/** Height of one bar with its space, in rem. */
const BAR = 2.6;

type Props = {
  title: string;
  /** What the figures count. */
  hint?: string;
  /** Undefined while it loads. */
  model: ChartModel | undefined;
  /** The table instead of the chart. */
  asTable: boolean;
  /** The name of the file, without its ending. */
  file: string;
  /** Below the chart: a way to see more. */
  children?: ReactNode;
};

/** Figures as a chart or as a table, and as a file. It has the same height while they load and when there are none. */
export function ChartCard({ title, hint, model, asTable, file, children }: Props) {
  const { analytics: w } = useWords(adminPeople);
  const bars = model?.kind === "bars" ? model.labels.length : 0;
  const height = bars > 5 ? `${bars * BAR}rem` : undefined;
  const save = model && !isEmpty(model) && (
    <Button
      variant="subtle"
      size="compact-sm"
      leftSection={<Download size={14} aria-hidden="true" />}
      aria-label={w.downloadOf(title)}
      onClick={() => download(`${file}.csv`, csvOf(model))}
    >
      CSV
    </Button>
  );
  return (
    <Card title={title} aside={save} className={classes.card}>
      {hint && (
        <Text size="sm" c="dimmed" mb="xs">
          {hint}
        </Text>
      )}
      {!model && <Skeleton className={classes.plot} />}
      {model && isEmpty(model) && (
        <div className={`${classes.plot} ${classes.none}`}>
          <Text c="dimmed">{w.noFigures}</Text>
        </div>
      )}
      {model && !isEmpty(model) && asTable && <ChartTable title={title} model={model} />}
      {model && !isEmpty(model) && !asTable && (
        <>
          <Legend model={model} />
          <div className={classes.plot} style={{ height }}>
            <Suspense fallback={<Skeleton height="100%" />}>
              <Plot model={model} />
            </Suspense>
          </div>
          <ChartTable title={title} model={model} hidden />
        </>
      )}
      {children}
    </Card>
  );
}
