import { useEffect, useState } from "react";

/** The time, renewed every so many milliseconds: for what ends or counts down while it is shown. */
export function useNow(every = 30_000): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}
