import type { Money } from "@/api/schema";
import { locale } from "@/i18n/language";

/** Makes each formatter once: to make one takes longer than to format with it, and lists format hundreds of values. */
function cached<Options, Format>(make: (tag: string, options: Options) => Format) {
  const made = new Map<string, Format>();
  return (tag: string, options: Options): Format => {
    const key = tag + JSON.stringify(options);
    const found = made.get(key) ?? make(tag, options);
    made.set(key, found);
    return found;
  };
}

const numbers = cached((tag, options: Intl.NumberFormatOptions) => new Intl.NumberFormat(tag, options));
const times = cached((tag, options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(tag, options));
const spans = cached((tag, options: Intl.RelativeTimeFormatOptions) => new Intl.RelativeTimeFormat(tag, options));

/** Digits after the decimal point of a currency: 2 for USD, 0 for JPY. */
export function fractionDigits(currency: string): number {
  try {
    return numbers(locale(), { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}

/** An amount in minor units as text, such as $19.99. */
export function money({ amount, currency }: Money): string {
  const digits = fractionDigits(currency);
  try {
    return numbers(locale(), { style: "currency", currency }).format(amount / 10 ** digits);
  } catch {
    // Not a currency that the browser knows.
    return `${(amount / 10 ** digits).toFixed(digits)} ${currency}`;
  }
}

/** A short amount for charts and figures, such as $12K. */
export function shortMoney({ amount, currency }: Money): string {
  const options = { style: "currency", currency, notation: "compact", maximumFractionDigits: 1 } as const;
  return numbers(locale(), options).format(amount / 10 ** fractionDigits(currency));
}

/** Minor units of a typed amount such as "19.99" or "19,99"; null if it is not one. */
export function minorUnits(text: string, currency: string): number | null {
  const digits = fractionDigits(currency);
  const match = /^(\d{1,12})(?:[.,](\d+))?$/.exec(text.trim());
  if (!match) return null;
  const fraction = match[2] ?? "";
  if (fraction.length > digits) return null;
  return Number(match[1]) * 10 ** digits + Number(fraction.padEnd(digits, "0") || 0);
}

/** The amount for an input field: 1999 as "19.99". */
export function majorUnits({ amount, currency }: Money): string {
  const digits = fractionDigits(currency);
  return (amount / 10 ** digits).toFixed(digits);
}

export function number(value: number): string {
  return numbers(locale(), {}).format(value);
}

export function percent(share: number, digits = 0): string {
  return numbers(locale(), { style: "percent", maximumFractionDigits: digits }).format(share);
}

const BYTES = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

export function bytes(count: number): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(count, 1)) / 3), BYTES.length - 1);
  const options = { style: "unit", unit: BYTES[power], maximumFractionDigits: 1 } as const;
  return numbers(locale(), options).format(count / 1000 ** power);
}

export function day(time: string): string {
  return times(locale(), { dateStyle: "medium" }).format(new Date(time));
}

export function dateTime(time: string): string {
  return times(locale(), { dateStyle: "medium", timeStyle: "short" }).format(new Date(time));
}

export function clock(time: string): string {
  return times(locale(), { timeStyle: "short" }).format(new Date(time));
}

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** "5 minutes ago", "in 2 days"; null within a minute. */
export function relative(time: string, now = Date.now()): string | null {
  const seconds = (new Date(time).getTime() - now) / 1000;
  const unit = UNITS.find(([, length]) => Math.abs(seconds) >= length);
  if (!unit) return null;
  return spans(locale(), { numeric: "auto" }).format(Math.trunc(seconds / unit[1]), unit[0]);
}

/** Whole days until a time; negative if it has passed. */
export function daysUntil(time: string, now = Date.now()): number {
  const midnight = (at: number) => new Date(at).setHours(0, 0, 0, 0);
  return Math.round((midnight(new Date(time).getTime()) - midnight(now)) / 86_400_000);
}

/** Parts of a name for an avatar: "Ada Lovelace" as "AL". */
export function initials(name: string): string {
  const parts = name.trim().split(/\s+/);
  return ((parts[0]?.[0] ?? "") + (parts.length > 1 ? (parts.at(-1)?.[0] ?? "") : "")).toUpperCase();
}

/** A day of the browser's calendar as YYYY-MM-DD, as fields of days have it. */
export function localDay(time: string | number): string {
  const at = new Date(time);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
