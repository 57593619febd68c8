import { ApiError } from "@/api/failure";
import type { Translation } from "@/i18n/en";
import { tooMany } from "./quantity";

/** Why the cart did not take a quantity, for the place where it was typed; null for errors that are not about it. */
export function refusalText(error: unknown, inCart: number, t: Translation["storefront"]): string | null {
  if (!(error instanceof ApiError)) return null;
  if (error.code === "OUT_OF_STOCK") return tooMany(availableOf(error) ?? 0, inCart, t);
  if (error.code === "NOT_FOUND") return t.notSoldNow;
  if (error.code !== "VALIDATION_ERROR") return null;
  const fields = error.details.map(({ field }) => field);
  if (fields.includes("productId")) return t.cartFull;
  return fields.includes("quantity") ? t.totalTooLarge : null;
}

/** The units that are left, if the refusal says so. */
export function availableOf(error: unknown): number | null {
  if (!(error instanceof ApiError) || error.code !== "OUT_OF_STOCK") return null;
  const { available } = error.context;
  return typeof available === "number" ? available : null;
}
