import type { Translation } from "@/i18n/en";

/** The API refuses more. */
const MOST = 1_000_000;

/** A typed quantity; null if it is not a whole number of at least 1. */
export function quantityOf(text: string): number | null {
  const trimmed = text.trim();
  return /^\d{1,9}$/.test(trimmed) && Number(trimmed) > 0 ? Number(trimmed) : null;
}

type Stock = {
  /** Null for services. */
  available: number | null;
  /** Units of the product that are in the cart besides. */
  inCart?: number;
};

/** What is wrong with a typed quantity, or null. */
export function quantityProblem(text: string, stock: Stock, t: Translation["storefront"]): string | null {
  const { available, inCart = 0 } = stock;
  const quantity = quantityOf(text);
  if (quantity === null) return t.badQuantity;
  if (available !== null && quantity + inCart > available) return tooMany(Math.max(available, 0), inCart, t);
  return quantity + inCart > MOST ? t.hugeQuantity : null;
}

/** Says how many are left. */
export function tooMany(left: number, inCart: number, t: Translation["storefront"]): string {
  if (left === 0) return t.soldOutNow;
  return inCart > 0 ? t.onlyLeftOf(left, inCart) : t.onlyLeft(left);
}

/** One more or less than what is typed, within what can be ordered. */
export function stepped(text: string, by: 1 | -1, most: number | null): string {
  const next = (quantityOf(text) ?? (by === 1 ? 0 : 2)) + by;
  return String(Math.min(Math.max(next, 1), Math.max(most ?? MOST, 1)));
}
