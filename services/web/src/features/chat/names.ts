import { chat } from "@/i18n/en/chat";
import { locale, wordsOf } from "@/i18n/language";
import { day, daysUntil } from "@/ui/format";

/** "Ada and Wim". */
export function joined(names: readonly string[]): string {
  return new Intl.ListFormat(locale(), { type: "conjunction" }).format(names);
}

/** "Today", "Yesterday", or the date. */
export function dayName(time: string): string {
  const t = wordsOf(chat);
  const days = daysUntil(time);
  if (days === 0) return t.today;
  return days === -1 ? t.yesterday : day(time);
}
