import type { ChangeRequestKind, OrderKind, OrderSort, PaymentState, QuoteState } from "@/api/schema";
import { ORDER_STATUSES, PAYMENT_STATUSES } from "@/ui/orderFacts";
import {
  amount,
  anyOf,
  cursor,
  day,
  flag,
  type Infer,
  id,
  like,
  object,
  oneOf,
  ordered,
  startOf,
  text,
} from "@/ui/searchFields";
import { COLUMN_IDS } from "./columns";

export const KINDS: OrderKind[] = ["GOODS", "SERVICE", "MIXED"];
export const QUOTES: QuoteState[] = ["REQUESTED", "OFFERED", "ACCEPTED", "EXPIRED"];
export const SORTS: OrderSort[] = ["NEWEST", "OLDEST", "TOTAL_ASC", "TOTAL_DESC"];
export const REQUEST_KINDS: ChangeRequestKind[] = ["COMPLETION", "REASSIGNMENT", "CANCELLATION"];
export const REQUEST_STATES = ["PENDING", "APPROVED", "REJECTED", "ALL"] as const;
export const PAYMENT_STATES: PaymentState[] = [
  "PENDING",
  "AUTHORIZED",
  "SUCCEEDED",
  "FAILED",
  "CANCELLED",
  "EXPIRED",
  "REFUNDING",
  "REFUNDED",
];

/** The address of the list of orders. */
export const orderFilters = object({
  q: text(200),
  status: anyOf(ORDER_STATUSES),
  paymentStatus: anyOf(PAYMENT_STATUSES),
  kind: anyOf(KINDS),
  quote: anyOf(QUOTES),
  unassigned: flag(),
  customerId: id(),
  assigneeId: id(),
  from: day(),
  to: day(),
  minTotal: amount(),
  maxTotal: amount(),
  sort: oneOf(SORTS),
  /** Columns, if they differ from those that this browser remembers. */
  columns: anyOf(COLUMN_IDS),
  cursor: cursor(),
});
export type OrderFilters = Infer<typeof orderFilters>;

/** The address of the change requests. Without `state`, the open ones are listed. */
export const requestFilters = object({
  state: oneOf(REQUEST_STATES),
  kind: anyOf(REQUEST_KINDS),
  /** The request that is shown beside the list. */
  request: id(),
  cursor: cursor(),
});
export type RequestFilters = Infer<typeof requestFilters>;

/** The address of the payments. */
export const paymentFilters = object({ state: anyOf(PAYMENT_STATES), orderId: id(), cursor: cursor() });
export type PaymentFilters = Infer<typeof paymentFilters>;

/** The address of the refunds that are to be made by hand. */
export const refundFilters = object({ cursor: cursor() });
export type RefundFilters = Infer<typeof refundFilters>;

const ACCOUNT =
  /^(orders|platform|fees|payouts|receipts|provider:(STRIPE|PAYPAL|SANDBOX|MANUAL)|worker:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** The address of the ledger. */
export const ledgerFilters = object({ orderId: id(), account: like(ACCOUNT), cursor: cursor() });
export type LedgerFilters = Infer<typeof ledgerFilters>;

/** What to ask the API for, without the page. Bounds in the wrong order are swapped; days are those of this browser's calendar. */
export function orderQuery(filters: OrderFilters) {
  const [from, to] = ordered(filters.from, filters.to);
  const [minTotal, maxTotal] = ordered(filters.minTotal, filters.maxTotal);
  return {
    q: filters.q,
    status: filters.status,
    paymentStatus: filters.paymentStatus,
    kind: filters.kind,
    quote: filters.quote,
    unassigned: filters.unassigned,
    customerId: filters.customerId,
    assigneeId: filters.assigneeId,
    from: from === undefined ? undefined : startOf(from),
    to: to === undefined ? undefined : startOf(to, 1),
    minTotal,
    maxTotal,
    sort: filters.sort,
  };
}

/** Filters without what is not given, so that they can be compared and kept. */
export function compact<T extends object>(filters: T): Partial<T> {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** The part of an address that says which orders are listed: neither order, nor columns, nor page. */
export function narrowing(filters: OrderFilters): OrderFilters {
  return compact({ ...filters, sort: undefined, columns: undefined, cursor: undefined });
}

function canonical(filters: OrderFilters): string {
  const { cursor: _page, ...rest } = filters;
  const sorted = Object.entries(compact(rest)).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(sorted);
}

/** Whether two addresses show the same list, on whatever page. */
export function sameList(a: OrderFilters, b: OrderFilters): boolean {
  return canonical(a) === canonical(b);
}
