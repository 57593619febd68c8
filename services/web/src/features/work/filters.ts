import type { infer as Infer } from "zod/mini";
import { object, optional, transform } from "zod/mini";

/**
 * Fields of addresses. People type and share addresses, so whatever does not fit counts as not given. The router reads `?q=42` as a
 * number, which is taken for the text that was meant.
 */
function field<T>(read: (given: unknown) => T | undefined) {
  return optional(transform(read));
}

const text = (max: number) =>
  field((given) => {
    if (typeof given !== "string" && typeof given !== "number") return undefined;
    return String(given).trim().slice(0, max) || undefined;
  });

const oneOf = <T extends string>(values: readonly T[]) => field((given) => values.find((value) => value === given));

const flag = () => field((given) => (given === true || given === "true" ? true : undefined));

const amount = () =>
  field((given) => {
    const value = typeof given === "string" && given !== "" ? Number(given) : given;
    return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  });

const like = (pattern: RegExp) =>
  field((given) => {
    const value = typeof given === "number" ? String(given) : given;
    return typeof value === "string" && pattern.test(value) ? value : undefined;
  });

const cursor = () => like(/^[A-Za-z0-9_-]{1,500}$/);

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
  look: like(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i),
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
  const { q, category, kind, mine, minTotal: low, maxTotal: high } = filters;
  const swap = low !== undefined && high !== undefined && low > high;
  return {
    q,
    category,
    kind: kind && [kind],
    mine,
    minTotal: swap ? high : low,
    maxTotal: swap ? low : high,
    cursor: filters.cursor,
  };
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
