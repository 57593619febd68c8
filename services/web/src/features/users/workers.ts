import type { WorkerEntry, WorkerPatch } from "@/api/schema";
import { isFull } from "@/api/workers";

/** Largest limit of open orders that the API takes. */
export const LIMIT_MAX = 10_000;

export type LimitKind = "shop" | "none" | "own";

/** A worker's settings as they are typed. */
export type WorkerDraft = { categoryIds: string[]; limit: LimitKind; own: string };

export function workerDraft({ categoryIds, maxOpenOrders }: WorkerEntry): WorkerDraft {
  const limit = maxOpenOrders === null ? "shop" : maxOpenOrders === 0 ? "none" : "own";
  return { categoryIds, limit, own: limit === "own" ? String(maxOpenOrders) : "" };
}

/** A typed limit of at least one order; null if it is not one. */
export function ownLimit(text: string): number | null {
  const limit = /^\d{1,5}$/.test(text.trim()) ? Number(text) : 0;
  return limit >= 1 && limit <= LIMIT_MAX ? limit : null;
}

/** The limit for the API: null is the shop's default, 0 no limit, undefined not a limit. */
function limitOf(draft: WorkerDraft): number | null | undefined {
  if (draft.limit === "own") return ownLimit(draft.own) ?? undefined;
  return draft.limit === "none" ? 0 : null;
}

/** The changed fields for the API; null if nothing changed. */
export function workerPatch(worker: WorkerEntry, draft: WorkerDraft): WorkerPatch | null {
  const patch: WorkerPatch = {};
  const limit = limitOf(draft);
  if (limit !== undefined && limit !== worker.maxOpenOrders) patch.maxOpenOrders = limit;
  const same = (a: string[], b: string[]) => a.length === b.length && a.every((id) => b.includes(id));
  if (!same(draft.categoryIds, worker.categoryIds)) patch.categoryIds = draft.categoryIds;
  return Object.keys(patch).length > 0 ? { ...patch, version: worker.version } : null;
}

export type Choice = { value: string; label: string };

/** Names of a worker's categories; an id for one that is not known any more. */
export function categoryNames(ids: string[], choices: Choice[]): string[] {
  const names = new Map(choices.map(({ value, label }) => [value, label]));
  return ids.map((id) => names.get(id) ?? id);
}

/** How full a worker's hands are: 0 to 100, and whether nothing more fits; null without a limit. */
export function load(worker: WorkerEntry): { percent: number; full: boolean } | null {
  const { openOrders, limit } = worker;
  if (limit <= 0) return null;
  return { percent: Math.min(100, Math.round((openOrders / limit) * 100)), full: isFull(worker) };
}
