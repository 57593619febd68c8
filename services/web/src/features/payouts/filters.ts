import type { Difference, Payout } from "@/api/schema";
import { cursor, object, oneOf, parse } from "@/ui/searchFields";

export const PATHS = {
  all: "/api/v1/admin/payouts",
  payees: "/api/v1/admin/payees",
  differences: "/api/v1/admin/differences",
  own: "/api/v1/payouts",
  balance: "/api/v1/payouts/balance",
  earnings: "/api/v1/payouts/earnings",
  account: "/api/v1/payouts/account",
} as const;

export const STATES: Payout["state"][] = ["PENDING", "APPROVED", "SENT", "PAID", "FAILED", "CANCELLED"];
export const DIFFERENCE_STATES: Difference["state"][] = ["OPEN", "RESOLVED"];

const payouts = object({ state: oneOf(STATES), cursor: cursor() });
const differences = object({ state: oneOf(DIFFERENCE_STATES), cursor: cursor() });

/** What the list of payouts shows, from the address. What it does not understand shows everything. */
export function payoutFilters(search: Record<string, unknown>) {
  return parse(payouts, search);
}

export function differenceFilters(search: Record<string, unknown>) {
  return parse(differences, search);
}

export type PayoutFilters = ReturnType<typeof payoutFilters>;
export type DifferenceFilters = ReturnType<typeof differenceFilters>;
