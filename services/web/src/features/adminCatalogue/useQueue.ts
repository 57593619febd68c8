import { useRef, useState } from "react";

/** Runs changes one after the other, so that each starts from the state, and the version, that the one before left. */
export function useQueue() {
  const tail = useRef<Promise<void>>(Promise.resolve());
  const [waiting, setWaiting] = useState(0);
  const [error, setError] = useState<unknown>(null);
  const run = (task: () => Promise<void>): Promise<void> => {
    setError(null);
    setWaiting((count) => count + 1);
    const done = tail.current.then(task);
    tail.current = done.catch((failure: unknown) => setError(failure)).finally(() => setWaiting((count) => count - 1));
    return done;
  };
  return { run, busy: waiting > 0, error };
}
