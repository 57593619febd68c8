import { locale } from "@/i18n/language";

/** A difference with its sign; a dash for none. */
export function signed(count: number): string {
  if (count === 0) return "–";
  return new Intl.NumberFormat(locale(), { signDisplay: "always" }).format(count);
}
