import { adminPeople } from "@/i18n/en/adminPeople";
import { wordsOf } from "@/i18n/language";
import { duration } from "@/ui/duration";
import { money, number, shortMoney } from "@/ui/format";

/** What the numbers of a series count: pieces, minor units of the currency, or seconds. */
export type Unit = "count" | "money" | "seconds";

/** How a series or a bar is drawn: always in another way, not only in another colour. */
export type Look = "main" | "second" | "before" | "waiting" | "working" | "held" | "done" | "over";

export type Series = {
  id: string;
  name: string;
  unit: Unit;
  values: (number | null)[];
  /** Without one it is in the table only. */
  look?: Look;
};

/** Figures as a chart and as a table; both are made of this and of nothing else. */
export type ChartModel = {
  /** Lines over time, or bars by name. */
  kind: "lines" | "bars";
  /** What the labels are: days, products. */
  axis: string;
  labels: string[];
  /** Labels of the axis of a chart, if they are shorter. */
  ticks?: string[];
  /** Labels for programs, in the file. */
  keys?: string[];
  /** Looks of single bars. */
  looks?: Look[];
  series: Series[];
  currency: string;
};

/** A value as text, as the table and the tooltip show it. */
export function valueText(value: number | null | undefined, unit: Unit, currency: string): string {
  if (value === null || value === undefined) return "–";
  if (unit === "money") return money({ amount: value, currency });
  return unit === "seconds" ? duration(value) : number(value);
}

/** A value at an axis. */
export function axisText(value: number, unit: Unit, currency: string): string {
  return unit === "money" ? shortMoney({ amount: value, currency }) : valueText(value, unit, currency);
}

/** The series that a chart draws. */
export function drawn(model: ChartModel): (Series & { look: Look })[] {
  return model.series.flatMap((series) => (series.look ? [{ ...series, look: series.look }] : []));
}

/** Whether there is nothing to draw. */
export function isEmpty(model: ChartModel): boolean {
  return drawn(model).every(({ values }) => values.every((value) => !value));
}

/** What a chart shows, for those who do not see it: the first series, its sum and where it is highest. */
export function summary(model: ChartModel): string {
  const { analytics: w } = wordsOf(adminPeople);
  const first = drawn(model)[0];
  if (!first || isEmpty(model)) return w.noFigures;
  const text = (value: number) => valueText(value, first.unit, model.currency);
  const values = first.values.map((value) => value ?? 0);
  const highest = Math.max(...values);
  const label = model.labels[values.indexOf(highest)] ?? "";
  const sum = values.reduce((all, value) => all + value, 0);
  return w.summary(first.name, text(sum), label, text(highest));
}
