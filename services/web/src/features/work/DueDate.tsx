import { AlarmClock, CalendarClock } from "lucide-react";
import { work } from "@/i18n/en/work";
import { useWords } from "@/i18n/language";
import { dateTime, day } from "@/ui/format";
import { Stamp } from "@/ui/Stamp";
import { useNow } from "@/ui/useNow";
import { dayNumber } from "./dueGroups";

/** By when an order is wanted, and how far away that is. */
export function DueDate({ time }: { time: string | null }) {
  const t = useWords(work).due;
  const now = useNow(60_000);
  if (!time) return <span>{t.noDate}</span>;
  const days = dayNumber(new Date(time).getTime()) - dayNumber(now);
  if (days < 0) {
    return (
      <Stamp tone="bad" icon={AlarmClock}>
        {t.overdue(-days)}
      </Stamp>
    );
  }
  if (days === 0) {
    return (
      <Stamp tone="waiting" icon={CalendarClock}>
        {t.today}
      </Stamp>
    );
  }
  return (
    <time dateTime={time} title={dateTime(time)}>
      {t.on(day(time), days)}
    </time>
  );
}
