import { locale } from "@/i18n/language";

/** A figure against the same figure of the period before. */
export type Change =
  /** Neither period has anything. */
  | { kind: "nothing" }
  /** The period before has nothing to compare with. */
  | { kind: "first" }
  | { kind: "same" }
  /** `share` of the period before, with its sign. */
  | { kind: "more" | "less"; share: number };

export function change(now: number, before: number): Change {
  if (now === before) return now === 0 ? { kind: "nothing" } : { kind: "same" };
  if (before === 0) return { kind: "first" };
  const share = (now - before) / Math.abs(before);
  return { kind: share > 0 ? "more" : "less", share };
}

/** A share with its sign, such as +12% or −0.4%. */
export function signedPercent(share: number): string {
  const maximumFractionDigits = Math.abs(share) < 0.1 ? 1 : 0;
  const options = { style: "percent", signDisplay: "exceptZero", maximumFractionDigits } as const;
  return new Intl.NumberFormat(locale(), options).format(share);
}

export type Point = { at: string; value: number };

/** Total, and the first of the highest and of the lowest points; null without points. */
export function extent(points: readonly Point[]): { total: number; highest: Point; lowest: Point } | null {
  const [first] = points;
  if (!first) return null;
  let [total, highest, lowest] = [0, first, first];
  for (const point of points) {
    total += point.value;
    if (point.value > highest.value) highest = point;
    if (point.value < lowest.value) lowest = point;
  }
  return { total, highest, lowest };
}

/** The line through the points in a box, as the attribute `points` of a polyline. Zero is at the bottom unless there is less. */
export function polyline(points: readonly Point[], width: number, height: number): string {
  const values = points.map(({ value }) => value);
  const bottom = Math.min(0, ...values);
  const range = Math.max(0, ...values) - bottom || 1;
  const step = width / Math.max(points.length - 1, 1);
  return values
    .map((value, index) => `${round(index * step)},${round(height - ((value - bottom) / range) * height)}`)
    .join(" ");
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** A day of figures, which are by UTC days. */
export function utcDay(time: string): string {
  return new Intl.DateTimeFormat(locale(), { day: "numeric", month: "short", timeZone: "UTC" }).format(new Date(time));
}
