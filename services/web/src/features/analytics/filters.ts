import { day, object, oneOf, parse } from "@/ui/searchFields";

const schema = object({
  from: day(),
  to: day(),
  bucket: oneOf(["DAY", "WEEK", "MONTH"]),
  /** Tables instead of charts. */
  view: oneOf(["table"]),
});

/** Which figures are shown, and how, from the address. What it does not understand shows the last 30 days. */
export function analyticsFilters(search: Record<string, unknown>) {
  return parse(schema, search);
}

export type AnalyticsFilters = ReturnType<typeof analyticsFilters>;
