import { coerce, catch as fallback, maxLength, object, enum as oneOf, optional, parse, regex } from "zod/mini";

/** Longest search text that the API takes. */
const QUERY_MAX = 100;

// The router reads ?q=123 as a number.
const text = fallback(optional(coerce.string().check(maxLength(QUERY_MAX))), undefined);
const cursor = fallback(optional(coerce.string().check(regex(/^[A-Za-z0-9_-]+$/))), undefined);

const users = object({
  q: text,
  role: fallback(optional(oneOf(["CUSTOMER", "STAFF", "ADMIN"])), undefined),
  cursor,
});

const workers = object({ q: text, cursor });

/** What the list of users shows, from the address. What it does not understand shows everything. */
export function userFilters(search: Record<string, unknown>) {
  return parse(users, search);
}

/** The same for the list of workers. */
export function workerFilters(search: Record<string, unknown>) {
  return parse(workers, search);
}

export type UserFilters = ReturnType<typeof userFilters>;
export type WorkerFilters = ReturnType<typeof workerFilters>;

/** The query of the API. Counting all rows is for the first page, which shows the number. */
export function userQuery({ q, role, cursor: at }: UserFilters) {
  return { q: q || undefined, role: role ? [role] : undefined, cursor: at, total: at ? undefined : true };
}
