import { adminPeople } from "@/i18n/en/adminPeople";
import { wordsOf } from "@/i18n/language";
import { majorUnits } from "@/ui/format";
import { saveFile } from "@/ui/saveFile";
import { type ChartModel, type Series, valueText } from "./chartModel";

export type Table = { head: string[]; rows: { key: string; label: string; cells: string[] }[] };

/** The table of a chart: a column for each series, a row for each label, in the same order. */
export function tableOf(model: ChartModel): Table {
  const rows = model.labels.map((label, index) => ({
    // Two products may have the same name.
    key: `${index} ${label}`,
    label,
    cells: model.series.map(({ values, unit }) => valueText(values[index], unit, model.currency)),
  }));
  return { head: [model.axis, ...model.series.map(({ name }) => name)], rows };
}

/** The table as a file for spreadsheets (RFC 4180), with plain numbers: amounts in the currency, times in seconds. */
export function csvOf(model: ChartModel): string {
  const keys = model.keys ?? model.labels;
  const head = [model.axis, ...model.series.map((series) => unitName(series, model.currency))];
  const rows = keys.map((key, index) => [key, ...model.series.map((series) => plain(series, index, model.currency))]);
  return [head, ...rows]
    .map((row) => row.map(field).join(","))
    .join("\r\n")
    .concat("\r\n");
}

function unitName({ name, unit }: Series, currency: string): string {
  const { analytics: w } = wordsOf(adminPeople);
  if (unit === "money") return `${name} (${currency})`;
  return unit === "seconds" ? `${name} (${w.seconds})` : name;
}

function plain({ values, unit }: Series, index: number, currency: string): number | string {
  const value = values[index] ?? null;
  if (value === null) return "";
  // A number, so that a negative amount is not taken for a formula.
  return unit === "money" ? Number(majorUnits({ amount: value, currency })) : value;
}

/** Text that a spreadsheet would run as a formula gets an apostrophe in front of it. */
function field(value: number | string): string {
  if (typeof value === "number") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Gives the file to the browser. The mark at its start makes Excel read UTF-8. */
export function download(name: string, csv: string): void {
  saveFile(new Blob(["\uFEFF", csv], { type: "text/csv;charset=utf-8" }), name);
}
