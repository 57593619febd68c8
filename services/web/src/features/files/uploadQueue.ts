import { ApiError } from "@/api/failure";
import { newId } from "@/api/key";
import type { File as OrderFile } from "@/api/schema";
import type { Upload } from "@/api/upload";
import type { Problem } from "./content";
import type { Purpose } from "./rights";

/** `sending`: the share from 0 to 1; at 1 the server works on it. */
export type UploadState =
  | { kind: "queued" }
  | { kind: "sending"; share: number }
  | { kind: "stopped" }
  | { kind: "problem"; problem: Problem }
  | { kind: "failed"; error: unknown };

/** A file that is not on the server yet. */
export type Item = { id: string; file: File; purpose: Purpose; state: UploadState };

type Options = {
  check: (file: File) => Promise<Problem | null>;
  send: (item: Item, onProgress: (share: number) => void, key: string) => Upload<OrderFile>;
  onDone: (file: OrderFile) => void;
};

export type UploadQueue = {
  get: () => readonly Item[];
  subscribe: (listener: () => void) => () => void;
  add: (files: readonly File[], purpose: Purpose) => void;
  /** Stops it where it is; it can be sent again. */
  stop: (id: string) => void;
  retry: (id: string) => void;
  remove: (id: string) => void;
};

/** Whether something would be lost if the page were closed. */
export function isBusy(items: readonly Item[]): boolean {
  return items.some(({ state }) => state.kind === "queued" || state.kind === "sending");
}

/** Sends files one after the other. One that is refused or stopped stays with its reason and holds up no other. */
export function createUploadQueue(options: Options): UploadQueue {
  let items: Item[] = [];
  let running: { id: string; abort: () => void } | null = null;
  /** A repeat after a lost answer carries the same key, so that the file is not there twice. */
  const keys = new Map<string, string>();
  const listeners = new Set<() => void>();

  const set = (next: Item[]) => {
    items = next;
    for (const listener of listeners) listener();
  };
  const show = (id: string, state: UploadState) =>
    set(items.map((item) => (item.id === id ? { ...item, state } : item)));
  const drop = (id: string) => {
    keys.delete(id);
    set(items.filter((item) => item.id !== id));
  };
  const isQueued = (id: string) => items.some((item) => item.id === id && item.state.kind === "queued");

  const fail = (id: string, error: unknown) => {
    if (error instanceof DOMException && error.name === "AbortError") {
      show(id, { kind: "stopped" });
      return;
    }
    // The same key would get the same refusal.
    if (error instanceof ApiError) keys.delete(id);
    show(id, { kind: "failed", error });
  };
  const attempt = async (item: Item) => {
    const { id } = item;
    const problem = await options.check(item.file);
    if (!isQueued(id)) return;
    if (problem) {
      show(id, { kind: "problem", problem });
      return;
    }
    const key = keys.get(id) ?? newId();
    keys.set(id, key);
    show(id, { kind: "sending", share: 0 });
    const upload = options.send(item, (share) => running?.id === id && show(id, { kind: "sending", share }), key);
    running = { id, abort: upload.abort };
    try {
      const file = await upload.done;
      options.onDone(file);
      drop(id);
    } catch (error) {
      fail(id, error);
    } finally {
      running = null;
    }
  };
  let busy = false;
  const run = async () => {
    if (busy) return;
    busy = true;
    const next = () => items.find(({ state }) => state.kind === "queued");
    for (let item = next(); item; item = next()) await attempt(item);
    busy = false;
  };

  return {
    get: () => items,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    add(files, purpose) {
      const added = files.map((file): Item => ({ id: newId(), file, purpose, state: { kind: "queued" } }));
      set([...items, ...added]);
      void run();
    },
    stop(id) {
      if (running?.id === id) running.abort();
      else if (isQueued(id)) show(id, { kind: "stopped" });
    },
    retry(id) {
      show(id, { kind: "queued" });
      void run();
    },
    remove(id) {
      if (running?.id === id) running.abort();
      drop(id);
    },
  };
}
