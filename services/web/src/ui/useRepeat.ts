import { useEffect, useEffectEvent } from "react";

/** Calls `work` every so many milliseconds while `active`: for what live events normally tell, and must not be missed. */
export function useRepeat(active: boolean, every: number, work: () => void): void {
  const latest = useEffectEvent(work);
  useEffect(() => {
    if (!active) return;
    const timer = setInterval(() => latest(), every);
    return () => clearInterval(timer);
  }, [active, every]);
}
