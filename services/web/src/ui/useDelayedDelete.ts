import { useEffect, useRef, useState } from "react";

/** How long the user can undo, in milliseconds. */
const UNDO_FOR = 7_000;

/** `waiting`: it can be undone. `failed`: it is still there. */
export type Deletion = { kind: "waiting" } | { kind: "running" } | { kind: "failed"; error: unknown };

/**
 * Deletes after a moment in which the user can undo. `commit` deletes; when the component goes away, it is called at once for what waits.
 */
export function useDelayedDelete(commit: (id: string) => Promise<unknown>) {
  const [deletions, setDeletions] = useState<ReadonlyMap<string, Deletion>>(new Map());
  const [timers] = useState(() => new Map<string, ReturnType<typeof setTimeout>>());

  const set = (id: string, to: Deletion | null) =>
    setDeletions((known) => {
      const next = new Map(known);
      if (to) next.set(id, to);
      else next.delete(id);
      return next;
    });
  const stop = (id: string) => {
    clearTimeout(timers.get(id));
    timers.delete(id);
  };
  const run = (id: string) => {
    stop(id);
    set(id, { kind: "running" });
    commit(id).then(
      () => set(id, null),
      (error: unknown) => set(id, { kind: "failed", error }),
    );
  };
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  useEffect(
    () => () => {
      for (const id of [...timers.keys()]) latest.current(id);
    },
    [timers],
  );

  return {
    of: (id: string): Deletion | undefined => deletions.get(id),
    remove(id: string) {
      stop(id);
      set(id, { kind: "waiting" });
      timers.set(
        id,
        setTimeout(() => latest.current(id), UNDO_FOR),
      );
    },
    undo(id: string) {
      stop(id);
      set(id, null);
    },
  };
}

export type DelayedDelete = ReturnType<typeof useDelayedDelete>;
