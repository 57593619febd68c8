import { cursor, object, oneOf, parse, text } from "@/ui/searchFields";

/** Longest search text that the API takes. */
const QUERY_MAX = 100;

const users = object({ q: text(QUERY_MAX), role: oneOf(["CUSTOMER", "STAFF", "ADMIN"]), cursor: cursor() });

const workers = object({ q: text(QUERY_MAX), cursor: cursor() });

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
