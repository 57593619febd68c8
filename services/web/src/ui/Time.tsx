import { useEffect, useState } from "react";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { dateTime, relative } from "./format";

/** How long ago, kept up to date, with the exact time as title. */
export function Ago({ time }: { time: string }) {
  const t = useWords(common);
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <time dateTime={time} title={dateTime(time)}>
      {relative(time, now) ?? t.justNow}
    </time>
  );
}
