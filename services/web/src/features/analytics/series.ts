import { buckets, dayNumber, type Period, plusDays, startOf } from "./period";

/** A figure of one day, week or month, as the API answers it. */
export type Point = { start: string; value: number };

/** The figures of a period, one for each of its buckets. What the answer does not have is 0. */
export function series(points: Point[], period: Period): number[] {
  const sums = new Map<string, number>();
  for (const { start, value } of points) {
    const first = startOf(start.slice(0, 10), period.bucket);
    sums.set(first, (sums.get(first) ?? 0) + value);
  }
  return buckets(period).map((first) => sums.get(first) ?? 0);
}

/**
 * The figures of the period before, put into the buckets of this one: each day goes where the day as many days later is.
 * So a week or month that the period cuts is compared with as many days.
 */
export function alignedBefore(points: Point[], earlier: Period, period: Period): number[] {
  const shift = dayNumber(period.from) - dayNumber(earlier.from);
  const moved = points.map(({ start, value }) => {
    const day = start.slice(0, 10);
    // The first bucket may begin before the span that it has figures of.
    const counted = day < earlier.from ? earlier.from : day;
    return { start: plusDays(counted, shift), value };
  });
  return series(moved, period);
}

/** How much more or less than before, as a share of what was before; null if there was nothing to compare with. */
export function growth(now: number, earlier: number): number | null {
  return earlier === 0 ? null : (now - earlier) / Math.abs(earlier);
}
