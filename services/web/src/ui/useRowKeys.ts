import { useEffect, useEffectEvent, useState } from "react";

type Actions<T> = { onOpen?: ((row: T) => void) | undefined; onToggle?: ((row: T) => void) | undefined };

/** Whether a key press is meant for a field, a menu or a dialog. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement | null;
  if (event.ctrlKey || event.metaKey || event.altKey) return true;
  return Boolean(
    target?.closest("input, textarea, select, [contenteditable], [role=dialog], [role=menu], [role=listbox]"),
  );
}

/** J and K move through rows, Enter opens the current one, X selects it. Returns its index, or -1. */
export function useRowKeys<T>(rows: T[], { onOpen, onToggle }: Actions<T>): number {
  const [current, setCurrent] = useState(-1);
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (isTyping(event)) return;
    const row = rows[current];
    const onControl = (event.target as HTMLElement | null)?.closest("a, button, summary");
    if (event.key === "j") setCurrent(Math.min(current + 1, rows.length - 1));
    else if (event.key === "k") setCurrent(Math.max(current - 1, 0));
    else if (event.key === "Enter" && row && onOpen && !onControl) onOpen(row);
    else if (event.key === "x" && row && onToggle) onToggle(row);
    else return;
    event.preventDefault();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => press(event);
    document.addEventListener("keydown", listener);
    return () => document.removeEventListener("keydown", listener);
  }, []);
  useEffect(() => {
    if (current >= 0) document.querySelector("tr[data-current]")?.scrollIntoView({ block: "nearest" });
  }, [current]);
  return current;
}
