import type { OrderSort } from "@/api/schema";
import { ORDER_STATUSES, PAYMENT_STATUSES } from "@/ui/orderFacts";
import { anyOf, cursor, day, type Infer, object, ordered, parse, startOf, text } from "@/ui/searchFields";

export const SORTS: readonly OrderSort[] = ["NEWEST", "OLDEST", "TOTAL_DESC", "TOTAL_ASC"];

/** Rows of a page. */
const PAGE = 20;

const schema = object({
  q: text(200),
  status: anyOf(ORDER_STATUSES),
  paymentStatus: anyOf(PAYMENT_STATUSES),
  /** First and last day, of the browser's calendar. */
  from: day(),
  to: day(),
  // The usual order is not in the address.
  sort: (given: unknown) => SORTS.find((sort) => sort === given && sort !== "NEWEST"),
  cursor: cursor(),
});

/** What the address says about a customer's list of orders. */
export type OrderFilters = Infer<typeof schema>;

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

/** What to ask the API for. Days in the wrong order are swapped. */
export function orderQuery({ q, status, paymentStatus, from, to, sort, cursor }: OrderFilters) {
  const [first, last] = ordered(from, to);
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
