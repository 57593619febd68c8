import { Checkbox, Skeleton } from "@mantine/core";
import type { ReactNode } from "react";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import classes from "./DataTable.module.css";
import { useRowKeys } from "./useRowKeys";

export type Column<T> = {
  id: string;
  title: string;
  cell: (row: T) => ReactNode;
  /** Amounts and counts. */
  right?: boolean;
  /** Left out on phones, where a row is a card. */
  wide?: boolean;
};

export type Selection = { ids: ReadonlySet<string>; onChange: (ids: Set<string>) => void };

type Props<T> = {
  /** Says what the table has, for screen readers. */
  label: string;
  columns: Column<T>[];
  rows: T[] | undefined;
  id: (row: T) => string;
  /** The row's name, for screen readers. */
  name: (row: T) => string;
  /** Opens a row: by click, or by Enter on the row that J and K chose. */
  onOpen?: (row: T) => void;
  selection?: Selection;
  /** Rows of the skeleton. */
  expected?: number;
  /** Instead of rows, if there are none. */
  empty: ReactNode;
};

/** A table of what the server sorts and pages; on phones a list of cards. J and K move, X selects, Enter opens. */
export function DataTable<T>(props: Props<T>) {
  const { label, columns, rows, id, onOpen, selection, empty } = props;
  const t = useWords(common);
  const toggle = (row: T) => {
    if (!selection) return;
    const ids = new Set(selection.ids);
    if (!ids.delete(id(row))) ids.add(id(row));
    selection.onChange(ids);
  };
  const current = useRowKeys(rows ?? [], { onOpen, onToggle: selection && toggle });
  if (rows && rows.length === 0) return <>{empty}</>;
  const all = rows?.length && rows.every((row) => selection?.ids.has(id(row)));
  return (
    <div className={classes.scroll}>
      <table className={classes.table} aria-label={label} aria-busy={!rows}>
        <thead>
          <tr>
            {selection && (
              <th className={classes.tick}>
                <Checkbox
                  size="xs"
                  aria-label={t.selectAll}
                  checked={Boolean(all)}
                  onChange={() => selection.onChange(all ? new Set() : new Set(rows?.map(id)))}
                />
              </th>
            )}
            {columns.map((column) => (
              <th
                key={column.id}
                scope="col"
                data-right={column.right || undefined}
                data-wide={column.wide || undefined}
              >
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows
            ? rows.map((row, index) => (
                <Row key={id(row)} {...props} row={row} current={index === current} onToggle={() => toggle(row)} />
              ))
            : Array.from({ length: props.expected ?? 8 }, (_, index) => (
                <tr key={index}>
                  <td colSpan={columns.length + (selection ? 1 : 0)}>
                    <Skeleton height="1.1rem" />
                  </td>
                </tr>
              ))}
        </tbody>
      </table>
    </div>
  );
}

type RowProps<T> = Props<T> & { row: T; current: boolean; onToggle: () => void };

function Row<T>({ row, columns, id, name, onOpen, selection, current, onToggle }: RowProps<T>) {
  const t = useWords(common);
  const open = (event: React.MouseEvent) => {
    // Links and controls in the row act for themselves, and selected text stays selected.
    const target = event.target as HTMLElement;
    if (target.closest("a, button, input, label") || getSelection()?.toString()) return;
    onOpen?.(row);
  };
  // The keyboard opens rows by the link in them and by Enter (useRowKeys).
  return (
    <tr data-current={current || undefined} data-opens={onOpen ? true : undefined} onClick={open}>
      {selection && (
        <td className={classes.tick}>
          <Checkbox
            size="xs"
            aria-label={t.selectRow(name(row))}
            checked={selection.ids.has(id(row))}
            onChange={onToggle}
          />
        </td>
      )}
      {columns.map((column) => (
        <td
          key={column.id}
          data-label={column.title}
          data-right={column.right || undefined}
          data-wide={column.wide || undefined}
        >
          {column.cell(row)}
        </td>
      ))}
    </tr>
  );
}
