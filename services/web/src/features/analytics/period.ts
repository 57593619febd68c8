import type { Bucket } from "@/api/schema";

/**
 * Days as YYYY-MM-DD, counted in UTC as the server counts them. All sums are of whole UTC days, so that no change to
 * summer time can add or lose one.
 */
export type Period = { from: string; to: string; bucket: Bucket };

const DAY = 86_400_000;
/** The API answers at most ten years, and single days of at most 1,100 days. */
export const MOST_DAYS = 3_660;
export const MOST_BUCKETS = 1_100;
const USUAL_DAYS = 30;

/** Spans that are one click away, in days up to today. */
export const PRESETS = [7, 30, 90, 365] as const;

/** The number of a day since 1970-01-01. */
export function dayNumber(day: string): number {
  return Math.round(Date.parse(`${day.slice(0, 10)}T00:00:00Z`) / DAY);
}

export function dayOf(count: number): string {
  return new Date(count * DAY).toISOString().slice(0, 10);
}

export function plusDays(day: string, days: number): string {
  return dayOf(dayNumber(day) + days);
}

export function today(now = Date.now()): string {
  return dayOf(Math.floor(now / DAY));
}

/** Days of a period, both ends included. */
export function length({ from, to }: { from: string; to: string }): number {
  return dayNumber(to) - dayNumber(from) + 1;
}

/** The bucket that shows a span best. */
export function usualBucket(days: number): Bucket {
  if (days <= 92) return "DAY";
  return days <= 731 ? "WEEK" : "MONTH";
}

type Wanted = { from?: string | undefined; to?: string | undefined; bucket?: Bucket | undefined };

/** The period that an address names, within what the API answers; the last 30 days if it names none. */
export function periodOf({ from, to, bucket }: Wanted, now = today()): Period {
  const end = to && to < now ? to : now;
  const wanted = from ?? plusDays(end, 1 - USUAL_DAYS);
  const first = wanted > end ? end : wanted;
  const days = Math.min(length({ from: first, to: end }), MOST_DAYS);
  const fine = bucket !== "DAY" || days <= MOST_BUCKETS ? bucket : undefined;
  return { from: plusDays(end, 1 - days), to: end, bucket: fine ?? usualBucket(days) };
}

/** A period with another end. An end that passes the other one takes it along, so that the length stays. */
export function moved(period: Period, change: { from: string } | { to: string }): { from: string; to: string } {
  const days = length(period);
  if ("from" in change) {
    const { from } = change;
    return { from, to: from > period.to ? plusDays(from, days - 1) : period.to };
  }
  const { to } = change;
  return { from: to < period.from ? plusDays(to, 1 - days) : period.from, to };
}

/** The preset that a period is, or null. */
export function presetOf({ from, to }: Period, now = today()): number | null {
  const days = length({ from, to });
  return to === now ? (PRESETS.find((preset) => preset === days) ?? null) : null;
}

/** The span of the same length right before. */
export function before(period: Period): Period {
  const days = length(period);
  // Days add up exactly to the buckets of this period, wherever those begin.
  const bucket = days <= MOST_BUCKETS ? "DAY" : period.bucket;
  return { from: plusDays(period.from, -days), to: plusDays(period.from, -1), bucket };
}

/** The first day of the bucket that has the day. Weeks begin on Monday. */
export function startOf(day: string, bucket: Bucket): string {
  if (bucket === "DAY") return day;
  if (bucket === "MONTH") return `${day.slice(0, 7)}-01`;
  // 1970-01-01 was a Thursday.
  return plusDays(day, -((((dayNumber(day) + 3) % 7) + 7) % 7));
}

/** First days of all buckets of a period, without gaps. The first one may begin before the period. */
export function buckets({ from, to, bucket }: Period): string[] {
  const all: string[] = [];
  for (let first = startOf(from, bucket); first <= to; first = nextBucket(first, bucket)) all.push(first);
  return all;
}

function nextBucket(first: string, bucket: Bucket): string {
  if (bucket === "DAY") return plusDays(first, 1);
  // A day of the next month, whatever the length of this one.
  return bucket === "WEEK" ? plusDays(first, 7) : startOf(plusDays(first, 31), "MONTH");
}
