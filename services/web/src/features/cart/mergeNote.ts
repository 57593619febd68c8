import { useSyncExternalStore } from "react";
import type { CartItem } from "@/api/schema";

/** What the visitor is told about the merge of their carts, until they close it. */
export type MergeNote = {
  /** The merge was refused or did not arrive; it is tried again. */
  failed: boolean;
  /** Lines that did not fit. The server tells them once, so that they are kept here. */
  leftOut: CartItem[];
};

/** Outlives a reload, but not the tab. */
const KEY = "waybill.cartMerge";
const listeners = new Set<() => void>();

let note: MergeNote | null | undefined;

function read(): MergeNote | null {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "null") as MergeNote | null;
  } catch {
    return null;
  }
}

function get(): MergeNote | null {
  if (note === undefined) note = read();
  return note;
}

export function keepMergeNote(next: MergeNote): void {
  note = next;
  sessionStorage.setItem(KEY, JSON.stringify(next));
  for (const listener of listeners) listener();
}

export function forgetMergeNote(): void {
  note = null;
  sessionStorage.removeItem(KEY);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useMergeNote(): MergeNote | null {
  return useSyncExternalStore(subscribe, get);
}
