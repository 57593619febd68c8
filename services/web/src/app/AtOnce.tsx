import { useIsFetching, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import classes from "./AtOnce.module.css";

/** Milliseconds after which a page is shown with the parts that it has. */
const LONGEST = 1_500;

/** What is loaded for the first time. */
const FIRST = { predicate: ({ state }: { state: { data: unknown } }) => state.data === undefined };

type Props = { skeleton: ReactNode; children: ReactNode };

/** Shows the parts of a page when all have their first answer: one after another they would push each other away. */
export function AtOnce({ skeleton, children }: Props) {
  const client = useQueryClient();
  const [isReady, setReady] = useState(false);
  // Every change draws this again, and so the effect below looks again.
  useIsFetching(FIRST);
  useEffect(() => {
    // The effects of the parts ran before: whatever they ask for next counts.
    if (client.isFetching(FIRST) === 0) setReady(true);
  });
  useEffect(() => {
    const timer = setTimeout(() => setReady(true), LONGEST);
    return () => clearTimeout(timer);
  }, []);
  return (
    <>
      {!isReady && (
        <div className={classes.skeleton} aria-busy="true">
          {skeleton}
        </div>
      )}
      <div className={isReady ? undefined : classes.hidden}>{children}</div>
    </>
  );
}
