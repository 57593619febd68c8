import type { ChangeRequest, ChangeRequestKind, Order } from "@/api/schema";
import { isPaid } from "@/ui/orderFacts";
import type { Verdict } from "./acts";

/** A decision as it is being typed. */
export type Draft = {
  note: string;
  customerNote: string;
  /** Where a reassigned order goes. */
  to: "pool" | "worker";
  worker: { id: string; name: string } | null;
  replace: boolean;
};

export const EMPTY: Draft = { note: "", customerNote: "", to: "pool", worker: null, replace: false };

export function verdictOf(draft: Draft, approve: boolean, force: boolean): Verdict {
  const { note, customerNote, to, worker, replace } = draft;
  return { approve, note, customerNote, assignTo: to === "worker" ? (worker?.id ?? null) : null, force, replace };
}

/** Whether the worker who gets the order is still to be chosen. */
export function lacksWorker(kind: ChangeRequestKind, draft: Draft): boolean {
  return kind === "REASSIGNMENT" && draft.to === "worker" && draft.worker === null;
}

/** Whether a worker made the request: then the note is internal, and the customer is told something else. */
export function isInternal({ requestedBy }: ChangeRequest): boolean {
  return requestedBy?.role !== "CUSTOMER";
}

/** What was typed and not sent, because somebody else has decided meanwhile. */
export function unsent({ note, customerNote }: Draft): string {
  return [note, customerNote].filter((text) => text.trim() !== "").join("\n\n");
}

/** Whether the approval gives money back, so that it is confirmed. */
export function approvalRefunds(kind: ChangeRequestKind, order: Order | null): boolean {
  return kind === "CANCELLATION" && order !== null && isPaid(order);
}

/** The newer of two states of a request. */
export function newerRequest<T extends ChangeRequest>(known: T, next: ChangeRequest | undefined): T {
  return next && next.id === known.id && next.version > known.version ? { ...known, ...next } : known;
}
