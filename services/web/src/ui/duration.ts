import { locale } from "@/i18n/language";

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;

/** A length of time in words, in its two largest units: "3 days, 4 hours". */
export function duration(seconds: number): string {
  let rest = Math.max(0, Math.round(seconds));
  const first = UNITS.findIndex(([, length]) => rest >= length);
  const parts = UNITS.slice(first < 0 ? UNITS.length - 1 : first).slice(0, 2);
  const words = parts.flatMap(([unit, length], index) => {
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count === 0 && index > 0) return [];
    return [new Intl.NumberFormat(locale(), { style: "unit", unit, unitDisplay: "long" }).format(count)];
  });
  return new Intl.ListFormat(locale(), { type: "unit", style: "long" }).format(words);
}
