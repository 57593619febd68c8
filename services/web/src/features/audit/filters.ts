import { cursor, day, id, like, object, parse, startOf } from "@/ui/searchFields";

// What the API takes; see the audit log's filter in services/auth.
const schema = object({
  actorId: id(),
  /** The beginning of an action. */
  action: like(/^[A-Za-z0-9._]{1,64}$/),
  targetKind: like(/^[A-Za-z0-9_]{1,32}$/),
  targetId: like(/^[A-Za-z0-9._:-]{1,64}$/),
  from: day(),
  to: day(),
  cursor: cursor(),
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
  return { ...filters, from: from && startOf(from), to: to && startOf(to, 1) };
}
