import type { Bucket } from "@/api/schema";
import { adminPeople } from "@/i18n/en/adminPeople";
import { locale, wordsOf } from "@/i18n/language";

// Days are the server's, which are UTC: in another zone the same moment may be the evening before.
function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(locale(), { ...options, timeZone: "UTC" });
}

const at = (day: string) => new Date(`${day}T00:00:00Z`);

/** "Nov 1 – 21, 2026". */
export function rangeLabel({ from, to }: { from: string; to: string }): string {
  return format({ dateStyle: "medium" }).formatRange(at(from), at(to));
}

/** The name of a day, week or month, in full: for tables and tooltips. */
export function bucketLabel(first: string, bucket: Bucket): string {
  if (bucket === "MONTH") return format({ month: "long", year: "numeric" }).format(at(first));
  const day = format({ dateStyle: "medium" }).format(at(first));
  return bucket === "WEEK" ? wordsOf(adminPeople).analytics.weekOf(day) : day;
}

/** The same for an axis, as short as can be. */
export function tickLabel(first: string, bucket: Bucket): string {
  if (bucket === "MONTH") return format({ month: "short", year: "2-digit" }).format(at(first));
  return format({ month: "short", day: "numeric" }).format(at(first));
}
