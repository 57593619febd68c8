import { locale } from "@/i18n/language";

/** Units that a quantity is typed in, from small to large, with how many of the smallest one they are. */
export const TIME_UNITS = { seconds: 1, minutes: 60, hours: 3_600, days: 86_400 } as const;
export const SIZE_UNITS = { bytes: 1, kibibytes: 1_024, mebibytes: 1_048_576 } as const;

export type TimeUnit = keyof typeof TIME_UNITS;
export type SizeUnit = keyof typeof SIZE_UNITS;
export type Unit = TimeUnit | SizeUnit;
type Units = Partial<Record<Unit, number>>;

/** A typed quantity: "90" "minutes". */
export type Quantity = { amount: string; unit: Unit };

/** A quantity in the largest unit that it is a whole number of. Nothing is 0 of the `usual` unit. */
export function toQuantity(value: number, units: Units, usual: Unit): Quantity {
  const all = Object.entries(units) as [Unit, number][];
  const [unit, length] = all.findLast(([, one]) => value % one === 0) ?? [usual, 1];
  return value === 0 ? { amount: "0", unit: usual } : { amount: String(value / length), unit };
}

/** A typed quantity in the smallest unit; null if it is no number, or not a whole one there. */
export function fromQuantity({ amount, unit }: Quantity, units: Units): number | null {
  const match = /^(\d{1,12})(?:[.,](\d{1,6}))?$/.exec(amount.trim());
  const length = units[unit];
  if (!match || length === undefined) return null;
  const fraction = match[2] ?? "";
  // In whole numbers, as 0.1 days have no exact binary fraction.
  const parts = (Number(match[1]) * 10 ** fraction.length + Number(fraction || 0)) * length;
  const value = parts / 10 ** fraction.length;
  return Number.isSafeInteger(value) ? value : null;
}

/** Hundredths of a percent as the text of a field: 1550 as "15.5", with the comma of the language. */
export function percentText(basisPoints: number): string {
  return new Intl.NumberFormat(locale(), { maximumFractionDigits: 2, useGrouping: false }).format(basisPoints / 100);
}

/** Hundredths of a percent of a typed percentage; null if it is none, or finer than that. */
export function basisPoints(text: string): number | null {
  const match = /^(\d{1,5})(?:[.,](\d{1,2}))?\s?%?$/.exec(text.trim());
  return match ? Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0")) : null;
}

/** A typed whole number; null if it is none. */
export function wholeNumber(text: string): number | null {
  return /^\d{1,12}$/.test(text.trim()) ? Number(text) : null;
}
