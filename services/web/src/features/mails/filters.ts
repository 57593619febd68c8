import type { DeliveryState } from "@/api/schema";
import { cursor, object, oneOf, parse } from "@/ui/searchFields";

export const DELIVERIES = "/api/v1/admin/deliveries";
export const STATES: DeliveryState[] = ["DEAD", "QUEUED", "SENDING", "SENT", "SUPPRESSED"];

const mails = object({ state: oneOf(STATES), cursor: cursor() });

/** What the list of mails shows, from the address. What it does not understand shows everything. */
export function mailFilters(search: Record<string, unknown>) {
  return parse(mails, search);
}

export type MailFilters = ReturnType<typeof mailFilters>;
