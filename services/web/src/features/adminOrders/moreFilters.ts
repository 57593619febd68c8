import type { OrderKind, QuoteState } from "@/api/schema";
import { majorUnits, minorUnits } from "@/ui/format";
import { KINDS, type OrderFilters, QUOTES } from "./filters";

/** The less common filters as they are typed: amounts as decimals, and empty texts for what is not given. */
export type MoreDraft = {
  kind: string[];
  quote: string[];
  unassigned: boolean;
  assigneeId: string;
  from: string;
  to: string;
  minTotal: string;
  maxTotal: string;
};

export function moreDraft(filters: OrderFilters, currency: string): MoreDraft {
  const typed = (amount: number | undefined) => (amount === undefined ? "" : majorUnits({ amount, currency }));
  return {
    kind: filters.kind ?? [],
    quote: filters.quote ?? [],
    unassigned: filters.unassigned ?? false,
    assigneeId: filters.assigneeId ?? "",
    from: filters.from ?? "",
    to: filters.to ?? "",
    minTotal: typed(filters.minTotal),
    maxTotal: typed(filters.maxTotal),
  };
}

export type MoreProblem = "notAmount" | "order";

/** What is wrong with a draft, by field. */
export function moreProblems(draft: MoreDraft, currency: string): Partial<Record<keyof MoreDraft, MoreProblem>> {
  const problems: Partial<Record<keyof MoreDraft, MoreProblem>> = {};
  const [low, high] = [amountOf(draft.minTotal, currency), amountOf(draft.maxTotal, currency)];
  if (low === null) problems.minTotal = "notAmount";
  if (high === null) problems.maxTotal = "notAmount";
  if (typeof low === "number" && typeof high === "number" && low > high) problems.maxTotal = "order";
  if (draft.from && draft.to && draft.from > draft.to) problems.to = "order";
  return problems;
}

/** The amount in minor units; undefined if nothing is typed, null if it is not an amount. */
function amountOf(typed: string, currency: string): number | undefined | null {
  return typed.trim() === "" ? undefined : minorUnits(typed, currency);
}

function some<T extends string>(known: readonly T[], chosen: readonly string[]): T[] | undefined {
  const found = known.filter((value) => chosen.includes(value));
  return found.length > 0 ? found : undefined;
}

/** The filters that a draft without problems means. An order without a worker has none to filter by. */
export function fromDraft(draft: MoreDraft, currency: string): OrderFilters {
  return {
    kind: some<OrderKind>(KINDS, draft.kind),
    quote: some<QuoteState>(QUOTES, draft.quote),
    unassigned: draft.unassigned || undefined,
    assigneeId: draft.unassigned ? undefined : draft.assigneeId || undefined,
    from: draft.from || undefined,
    to: draft.to || undefined,
    minTotal: amountOf(draft.minTotal, currency) ?? undefined,
    maxTotal: amountOf(draft.maxTotal, currency) ?? undefined,
  };
}

/** How many of the less common filters are set. */
export function countMore(filters: OrderFilters): number {
  const { kind, quote, unassigned, assigneeId, from, to, minTotal, maxTotal } = filters;
  const groups = [kind, quote, unassigned, assigneeId, from ?? to, minTotal ?? maxTotal];
  return groups.filter((value) => value !== undefined).length;
}
