import { amount, cursor, flag, type Infer, id, object, oneOf, ordered, text } from "@/ui/searchFields";

/** Kinds of orders with work: orders of goods alone are never in the pool. */
export const WORK_KINDS = ["SERVICE", "MIXED"] as const;

/** What the pool page shows: orders to claim, or requests for a price. */
export const POOL_VIEWS = ["prices"] as const;

/** The address of the pool. */
export const poolFilters = object({
  q: text(200),
  /** Slug of a category. */
  category: text(110),
  /** In minor units. */
  minTotal: amount(),
  maxTotal: amount(),
  kind: oneOf(WORK_KINDS),
  /** Only what the worker may claim now. */
  mine: flag(),
  view: oneOf(POOL_VIEWS),
  /** The order that is looked into. */
  look: id(),
  cursor: cursor(),
});
export type PoolFilters = Infer<typeof poolFilters>;

/** By when work is due. */
export const DUE_GROUPS = ["overdue", "today", "week", "later", "none"] as const;
export type DueGroup = (typeof DUE_GROUPS)[number];

/** The address of the worker's own orders. */
export const workFilters = object({
  q: text(200),
  kind: oneOf(WORK_KINDS),
  /** One group only. */
  due: oneOf([...DUE_GROUPS, "held"]),
});
export type WorkFilters = Infer<typeof workFilters>;

/** What to ask the API for. Bounds in the wrong order are swapped. */
export function poolQuery(filters: PoolFilters) {
  const { q, category, kind, mine, cursor: at } = filters;
  const [minTotal, maxTotal] = ordered(filters.minTotal, filters.maxTotal);
  return { q, category, kind: kind && [kind], mine, minTotal, maxTotal, cursor: at };
}

/** Says which orders are listed, whatever page is shown: two addresses with the same text list the same. */
export function listedBy(filters: PoolFilters): string {
  return JSON.stringify({ ...poolQuery(filters), cursor: undefined });
}

/** Whether the pool is narrowed down. */
export function isNarrowed(filters: PoolFilters): boolean {
  return listedBy(filters) !== listedBy({});
}

export const NO_POOL_FILTERS: PoolFilters = {
  q: undefined,
  category: undefined,
  minTotal: undefined,
  maxTotal: undefined,
  kind: undefined,
  mine: undefined,
};
