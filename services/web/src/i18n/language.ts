import { useSyncExternalStore } from "react";
import type { Translation } from "./en";

/** Languages of the pages, by their own names. */
export const LANGUAGES = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;

const KEY = "waybill.language";
const listeners = new Set<() => void>();

let language: Language = "en";
let translation: Translation | null = null;

function wanted(): Language {
  const kept = localStorage.getItem(KEY);
  const known = (tag: string) => (Object.keys(LANGUAGES) as Language[]).find((one) => tag.startsWith(one));
  return known(kept ?? "") ?? navigator.languages.map(known).find(Boolean) ?? "en";
}

async function use(next: Language): Promise<void> {
  translation = next === "de" ? (await import("./de")).de : null;
  language = next;
  document.documentElement.lang = next;
  for (const listener of listeners) listener();
}

/** Loads the visitor's language. Call it before the first page is shown. */
export function startLanguage(): Promise<void> {
  return use(wanted()).catch(() => undefined);
}

/** Shows the pages in this language from now on. */
export function chooseLanguage(next: Language): Promise<void> {
  localStorage.setItem(KEY, next);
  return use(next);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useLanguage(): Language {
  return useSyncExternalStore(subscribe, () => language);
}

/** The locale of dates and money: the browser's variant of the language, such as en-GB. */
export function locale(): string {
  return navigator.languages.find((tag) => tag.startsWith(language)) ?? language;
}

/** The texts of a part in the chosen language. */
export function wordsOf<K extends keyof Translation>(part: { readonly part: K } & Translation[K]): Translation[K] {
  return translation ? translation[part.part] : part;
}

/** The texts of a part in the chosen language, for components: `const t = useWords(orders)`. */
export function useWords<K extends keyof Translation>(part: { readonly part: K } & Translation[K]): Translation[K] {
  useLanguage();
  return wordsOf(part);
}

/** Chooses the form of a word by the number: `plural(n, { one: "1 order", other: `${n} orders` })`. */
export function plural(count: number, forms: { one: string; other: string }): string {
  return new Intl.PluralRules(language).select(count) === "one" ? forms.one : forms.other;
}
