import { useSyncExternalStore } from "react";

export type Kept<T> = {
  get: () => T;
  set: (value: T) => void;
  subscribe: (listener: () => void) => () => void;
};

/**
 * A value that this browser remembers as JSON, in all its tabs. `read` gets whatever is stored, and must make sense of it: it may be broken,
 * or of an older version. Where nothing can be stored, the value lasts as long as the page.
 */
export function keep<T>(key: string, read: (text: string | null) => T): Kept<T> {
  const listeners = new Set<() => void>();
  let unsaved: string | null = null;
  let known: { text: string | null; value: T } | null = null;
  const stored = () => {
    try {
      return unsaved ?? localStorage.getItem(key);
    } catch {
      return unsaved;
    }
  };
  const get = () => {
    const text = stored();
    if (!known || known.text !== text) known = { text, value: read(text) };
    return known.value;
  };
  const tell = () => {
    for (const listener of listeners) listener();
  };
  return {
    get,
    set(value) {
      const text = JSON.stringify(value);
      try {
        localStorage.setItem(key, text);
        unsaved = null;
      } catch {
        unsaved = text;
      }
      tell();
    },
    subscribe(listener) {
      const follow = (event: StorageEvent) => event.key === key && listener();
      listeners.add(listener);
      globalThis.addEventListener("storage", follow);
      return () => {
        listeners.delete(listener);
        globalThis.removeEventListener("storage", follow);
      };
    },
  };
}

/** The remembered value, followed through changes here and in other tabs. */
export function useKept<T>(kept: Kept<T>): T {
  return useSyncExternalStore(kept.subscribe, kept.get);
}
