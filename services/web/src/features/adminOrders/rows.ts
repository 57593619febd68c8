import type { QueryClient } from "@tanstack/react-query";

type Row = { id: string; version: number };
type List<T> = { items: T[] };

/** The rows with the newer state of one of them, in place; the same array if it is not one of them or is older. */
export function withRow<T extends Row>(rows: T[], next: Row & Partial<T>): T[] {
  const known = rows.find(({ id }) => id === next.id);
  if (!known || known.version > next.version) return rows;
  return rows.map((row) => (row === known ? { ...row, ...next } : row));
}

/** Shows the newer state of a row in all pages of a list that are shown, without loading them again. */
export function showRow(client: QueryClient, path: string, next: Row): void {
  client.setQueriesData<List<Row>>({ queryKey: ["get", path] }, (page) => {
    if (!page || !Array.isArray(page.items)) return page;
    const items = withRow(page.items, next);
    return items === page.items ? page : { ...page, items };
  });
}
