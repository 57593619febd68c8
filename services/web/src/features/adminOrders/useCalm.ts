import { useEffect, useEffectEvent, useRef } from "react";

/**
 * Calls `act` soon after the first call, and then at most once in `pause` milliseconds, however often it is asked: a page that loads
 * several queries would otherwise use up the calls of the API on a busy day.
 */
export function useCalm(act: () => void, pause: number): () => void {
  const run = useEffectEvent(act);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const last = useRef(0);
  const ask = useRef<() => void>(() => undefined);
  useEffect(() => {
    ask.current = () => {
      if (timer.current !== undefined) return;
      const wait = Math.max(0, last.current + pause - Date.now());
      timer.current = setTimeout(() => {
        timer.current = undefined;
        last.current = Date.now();
        run();
      }, wait);
    };
    return () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    };
  }, [pause]);
  return () => ask.current();
}
