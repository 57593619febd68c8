import { catch as fallback, iso, object, enum as oneOf, optional, parse } from "zod/mini";

const day = fallback(optional(iso.date()), undefined);

const schema = object({
  from: day,
  to: day,
  bucket: fallback(optional(oneOf(["DAY", "WEEK", "MONTH"])), undefined),
  /** Tables instead of charts. */
  view: fallback(optional(oneOf(["table"])), undefined),
});

/** Which figures are shown, and how, from the address. What it does not understand shows the last 30 days. */
export function analyticsFilters(search: Record<string, unknown>) {
  return parse(schema, search);
}

export type AnalyticsFilters = ReturnType<typeof analyticsFilters>;
