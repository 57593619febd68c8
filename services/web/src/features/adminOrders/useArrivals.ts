import { useState } from "react";

type Arrivals = { of: string; ids: ReadonlySet<string> };

/**
 * Counts rows that events tell of and that the list does not show, so that it does not jump. `list` names the list: another one begins
 * with none.
 */
export function useArrivals(list: string, shown: readonly { id: string }[] | undefined) {
  const [arrived, setArrived] = useState<Arrivals>({ of: list, ids: new Set() });
  const ids = arrived.of === list ? [...arrived.ids].filter((id) => !shown?.some((row) => row.id === id)) : [];
  const change = (edit: (known: Set<string>) => void) =>
    setArrived((before) => {
      const known = new Set(before.of === list ? before.ids : []);
      edit(known);
      return { of: list, ids: known };
    });
  return {
    count: ids.length,
    add: (id: string) => change((known) => void known.add(id)),
    remove: (id: string) => change((known) => void known.delete(id)),
    clear: () => change((known) => known.clear()),
  };
}
