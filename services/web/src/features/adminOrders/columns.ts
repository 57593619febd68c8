import { keep } from "./keep";

/** Columns of the list of orders, besides the number that each row has. */
export const COLUMN_IDS = [
  "what",
  "customer",
  "status",
  "payment",
  "worker",
  "total",
  "created",
  "kind",
  "quote",
  "changed",
  "due",
  "expires",
] as const;
export type ColumnId = (typeof COLUMN_IDS)[number];

export const DEFAULT_COLUMNS: ColumnId[] = ["what", "customer", "status", "payment", "worker", "total", "created"];

/** Reads remembered columns: unknown ones are left out; null if there are none that are known. */
export function parseColumns(text: string | null): ColumnId[] | null {
  try {
    const given: unknown = JSON.parse(text ?? "null");
    if (!Array.isArray(given)) return null;
    const known = COLUMN_IDS.filter((id) => given.includes(id));
    return known.length > 0 ? known : null;
  } catch {
    return null;
  }
}

/** The columns in the order of the table, whatever the order in which they were chosen; at least one. */
export function chosenColumns(chosen: readonly string[]): ColumnId[] {
  const known = COLUMN_IDS.filter((id) => chosen.includes(id));
  return known.length > 0 ? known : ["status"];
}

/** The columns that this browser remembers. */
export const rememberedColumns = keep("waybill.orders.columns", parseColumns);
