import { object, optional, type output, parse, transform } from "zod/mini";
import type { OrderSort, OrderStatus, PaymentStatus } from "@/api/schema";

export const STATUSES: readonly OrderStatus[] = ["PENDING", "IN_PROGRESS", "ON_HOLD", "COMPLETED", "CANCELLED"];
export const PAYMENT_STATUSES: readonly PaymentStatus[] = [
  "UNPAID",
  "AUTHORIZED",
  "PAID",
  "PARTIALLY_REFUNDED",
  "REFUNDED",
  "FAILED",
];
export const SORTS: readonly OrderSort[] = ["NEWEST", "OLDEST", "TOTAL_DESC", "TOTAL_ASC"];

/** Rows of a page. */
const PAGE = 20;

// What cannot be understood is left out, so that a broken address shows more orders, not an error.

/** The router reads ?q=2611 as a number. */
const text = (longest: number) =>
  optional(
    transform((given: unknown) => {
      const value = typeof given === "string" || typeof given === "number" ? String(given).trim() : "";
      return value.slice(0, longest) || undefined;
    }),
  );

/** One value or several. */
const some = <T extends string>(known: readonly T[]) =>
  optional(
    transform((given: unknown) => {
      const values = [given].flat();
      const found = known.filter((value) => values.includes(value));
      return found.length > 0 ? found : undefined;
    }),
  );

const day = optional(
  transform((given: unknown) => {
    const isDay = typeof given === "string" && /^\d{4}-\d{2}-\d{2}$/.test(given);
    return isDay && !Number.isNaN(Date.parse(given)) ? given : undefined;
  }),
);

const schema = object({
  q: text(200),
  status: some(STATUSES),
  paymentStatus: some(PAYMENT_STATUSES),
  /** First and last day, of the browser's calendar. */
  from: day,
  to: day,
  sort: optional(transform((given: unknown) => SORTS.find((sort) => sort === given && sort !== "NEWEST"))),
  cursor: optional(
    transform((given: unknown) => {
      const value = typeof given === "string" || typeof given === "number" ? String(given) : "";
      return /^[A-Za-z0-9_-]+$/.test(value) ? value : undefined;
    }),
  ),
});

/** What the address says about a customer's list of orders. */
export type OrderFilters = output<typeof schema>;

export function orderFilters(search: Record<string, unknown>): OrderFilters {
  return parse(schema, search);
}

/** The filters after a change, which begins at the first page again. */
export function changed(filters: OrderFilters, change: Partial<OrderFilters>): OrderFilters {
  const next = { ...filters, cursor: undefined, ...change };
  return orderFilters(Object.fromEntries(Object.entries(next).filter(([, value]) => value !== undefined)));
}

/** Whether the list is narrowed: neither its order nor its page count. */
export function isNarrowed({ q, status, paymentStatus, from, to }: OrderFilters): boolean {
  return [q, status, paymentStatus, from, to].some((value) => value !== undefined);
}

/** The start of a day in the browser's time, or of a later one. */
function startOf(text: string, later = 0): string {
  const [year = 0, month = 1, date = 1] = text.split("-").map(Number);
  return new Date(year, month - 1, date + later).toISOString();
}

/** What to ask the API for. Days in the wrong order are swapped. */
export function orderQuery({ q, status, paymentStatus, from, to, sort, cursor }: OrderFilters) {
  const [first, last] = from && to && from > to ? [to, from] : [from, to];
  return {
    q,
    status,
    paymentStatus,
    from: first && startOf(first),
    to: last && startOf(last, 1),
    sort,
    cursor,
    limit: PAGE,
    total: true,
  };
}
