import { coerce, catch as fallback, iso, object, optional, parse, regex } from "zod/mini";

const matching = (pattern: RegExp) => fallback(optional(coerce.string().check(regex(pattern))), undefined);
const day = fallback(optional(iso.date()), undefined);

// What the API takes; see the audit log's filter in services/auth.
const schema = object({
  actorId: matching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i),
  /** The beginning of an action. */
  action: matching(/^[A-Za-z0-9._]{1,64}$/),
  targetKind: matching(/^[A-Za-z0-9_]{1,32}$/),
  targetId: matching(/^[A-Za-z0-9._:-]{1,64}$/),
  from: day,
  to: day,
  cursor: matching(/^[A-Za-z0-9_-]+$/),
});

/** What the audit log shows, from the address. What it does not understand shows everything. */
export function auditFilters(search: Record<string, unknown>) {
  return parse(schema, search);
}

export type AuditFilters = ReturnType<typeof auditFilters>;

/** Whether anything is left out of the log. The cursor leaves nothing out. */
export function isFiltered({ cursor: _, ...filters }: AuditFilters): boolean {
  return Object.values(filters).some((value) => value !== undefined);
}

/** Changes a filter: the list begins at its start, and a day that lies behind its other end moves that end away. */
export function narrowed(filters: AuditFilters, change: AuditFilters): AuditFilters {
  const next = { ...filters, ...change, cursor: undefined };
  if (!next.from || !next.to || next.from <= next.to) return next;
  return "from" in change ? { ...next, to: undefined } : { ...next, from: undefined };
}

/** The query of the API. The page shows times of this browser's zone, so days are those of its calendar. */
export function auditQuery({ from, to, ...filters }: AuditFilters) {
  return { ...filters, from: from && startOf(from, 0), to: to && startOf(to, 1) };
}

function startOf(day: string, later: number): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + later).toISOString();
}
