import type { ImportLine, ImportOutcome, ImportReport } from "@/api/schema";
import { majorUnits } from "@/ui/format";

/** Limits of the API. */
export const MAX_IMPORT_BYTES = 50 * 1024 * 1024;

/** The columns of a file, as the API names them. */
export const COLUMNS = [
  "sku",
  "name",
  "description",
  "kind",
  "price",
  "currency",
  "category",
  "stock",
  "active",
  "lowStockThreshold",
] as const;

/** Outcomes of lines, those to act on first. */
export const OUTCOMES = ["FAILED", "CREATED", "UPDATED", "UNCHANGED"] as const satisfies readonly ImportOutcome[];

export type LineFilter = ImportOutcome | "ALL";

/** The number of lines of each outcome. */
export function counts(report: ImportReport): Record<LineFilter, number> {
  const { created, updated, unchanged, failed } = report;
  return {
    ALL: created + updated + unchanged + failed,
    FAILED: failed,
    CREATED: created,
    UPDATED: updated,
    UNCHANGED: unchanged,
  };
}

/** What a report shows first: the failed lines, if there are any. */
export function firstFilter(report: ImportReport): LineFilter {
  return report.failed > 0 ? "FAILED" : "ALL";
}

/** The lines with this outcome. */
export function linesOf(report: ImportReport, filter: LineFilter): ImportLine[] {
  return filter === "ALL" ? report.lines : report.lines.filter(({ outcome }) => outcome === filter);
}

/** Whether an import for real would change anything. */
export function hasChanges(report: ImportReport): boolean {
  return report.created + report.updated > 0;
}

/** A cell that no spreadsheet runs as a formula. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r＝＋－＠]/.test(text) ? `'${text}` : text;
  return /[",;\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Lines of CSV, with the mark without which Excel does not read UTF-8. */
export function csv(rows: (string | number)[][]): Blob {
  const lines = rows.map((row) => row.map((value) => cell(String(value))).join(","));
  return new Blob(["\ufeff", lines.join("\r\n"), "\r\n"], { type: "text/csv;charset=utf-8" });
}

/** A report as rows of a file: one for each fault, and one for each line without. */
export function reportRows(lines: ImportLine[]): (string | number)[][] {
  const rows = lines.flatMap(({ line, sku, outcome, faults = [] }) =>
    faults.length === 0
      ? [[line, sku, outcome, "", ""]]
      : faults.map(({ field, message }) => [line, sku, outcome, field, message]),
  );
  return [["line", "sku", "outcome", "column", "message"], ...rows];
}

/** A file to begin with: the columns, goods and a service. */
export function templateRows(currency: string): string[][] {
  const price = (amount: number) => majorUnits({ amount, currency });
  return [
    [...COLUMNS],
    ["MUG-01", "Enamel mug", "Holds 350 ml.", "GOODS", price(1250), currency, "Kitchen", "40", "true", "5"],
    ["ENGRAVING", "Engraving", "Up to 20 letters.", "SERVICE", price(900), currency, "Services", "", "true", ""],
  ];
}

/** A copy of a file in memory: what was checked is what is imported, even if the file is saved again in between. */
export async function frozen(file: File): Promise<File> {
  return new File([await file.arrayBuffer()], file.name, { type: "text/csv" });
}
