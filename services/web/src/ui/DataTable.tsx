import { Skeleton } from "@mantine/core";
import { memo, type ReactNode, useCallback, useEffect, useRef } from "react";
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
  /** Gets the room that the others leave. Texts without room are cut: cells are one line high. */
  grow?: boolean;
  /** Gets little more room than it needs, and less if there is none. */
  shrink?: boolean;
  /** Texts that must be read whole, in as many lines as they need. */
  wrap?: boolean;
  /** On phones in the head of the card, without its title; the first column is. */
  lead?: boolean;
  /** What a cell says, for cells that are cut. */
  hint?: (row: T) => string | undefined;
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
  const { label, columns, rows, id, name, onOpen, selection, empty } = props;
  const t = useWords(common);
  const { open, toggle } = useActs(props);
  const current = useRowKeys(rows ?? [], { onOpen: onOpen && open, onToggle: selection && toggle });
  if (rows && rows.length === 0) return <>{empty}</>;
  const all = rows?.length && rows.every((row) => selection?.ids.has(id(row)));
  return (
    <div className={classes.scroll}>
      <table className={classes.table} aria-label={label} aria-busy={!rows}>
        <thead>
          <tr>
            {selection && (
              <th className={classes.tick}>
                <Tick
                  label={t.selectAll}
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
                data-grow={column.grow || undefined}
                data-shrink={column.shrink || undefined}
              >
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows
            ? rows.map((row, index) => (
                <Row
                  key={id(row)}
                  row={row}
                  columns={columns}
                  tick={selection && t.selectRow(name(row))}
                  selected={Boolean(selection?.ids.has(id(row)))}
                  current={index === current}
                  onOpen={onOpen && open}
                  onToggle={toggle}
                />
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

/** What rows do, by functions that stay the same, so that rows are drawn again only if something of theirs changes. */
function useActs<T>(props: Props<T>) {
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });
  const open = useCallback((row: T) => latest.current.onOpen?.(row), []);
  const toggle = useCallback((row: T) => {
    const { selection, id } = latest.current;
    if (!selection) return;
    const ids = new Set(selection.ids);
    if (!ids.delete(id(row))) ids.add(id(row));
    selection.onChange(ids);
  }, []);
  return { open, toggle };
}

type TickProps = { label: string; checked: boolean; onChange: () => void };

/** The browser's own: hundreds of the kit's would take most of the time that a list needs to appear. */
function Tick({ label, checked, onChange }: TickProps) {
  return <input type="checkbox" className={classes.check} aria-label={label} checked={checked} onChange={onChange} />;
}

type RowProps<T> = {
  row: T;
  columns: Column<T>[];
  /** The name of the box that selects it, if rows can be selected. */
  tick: string | undefined;
  selected: boolean;
  current: boolean;
  onOpen: ((row: T) => void) | undefined;
  onToggle: (row: T) => void;
};

const Row = memo(TableRow) as typeof TableRow;

function TableRow<T>({ row, columns, tick, selected, current, onOpen, onToggle }: RowProps<T>) {
  const open = (event: React.MouseEvent) => {
    // Links and controls in the row act for themselves, and selected text stays selected.
    const target = event.target as HTMLElement;
    if (target.closest("a, button, input, label") || getSelection()?.toString()) return;
    onOpen?.(row);
  };
  // The keyboard opens rows by the link in them and by Enter (useRowKeys).
  return (
    <tr data-current={current || undefined} data-opens={onOpen ? true : undefined} onClick={open}>
      {tick && (
        <td className={classes.tick}>
          <Tick label={tick} checked={selected} onChange={() => onToggle(row)} />
        </td>
      )}
      {columns.map((column, index) => (
        <td
          key={column.id}
          data-label={column.title}
          data-right={column.right || undefined}
          data-wide={column.wide || undefined}
          data-grow={column.grow || undefined}
          data-shrink={column.shrink || undefined}
          data-wrap={column.wrap || undefined}
          data-lead={column.lead || index === 0 || undefined}
          title={column.hint?.(row)}
        >
          {column.cell(row)}
        </td>
      ))}
    </tr>
  );
}
