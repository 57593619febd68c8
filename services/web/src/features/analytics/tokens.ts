import { useSyncExternalStore } from "react";
import type { Look } from "./chartModel";

/** Colours of the design for a canvas, which knows no CSS variables. */
export type Tokens = Record<Look, string> & Record<"ink" | "soft" | "line" | "card" | "strongLine", string>;

const NAMES: Record<keyof Tokens, string> = {
  main: "--wb-carbon",
  second: "--wb-done",
  before: "--wb-soft",
  waiting: "--wb-waiting",
  working: "--wb-working",
  held: "--wb-held",
  done: "--wb-done",
  over: "--wb-over",
  ink: "--wb-ink",
  soft: "--wb-soft",
  line: "--wb-line",
  card: "--wb-card",
  strongLine: "--wb-strong-line",
};

/** Mantine sets it on the root element when the appearance changes. */
const SCHEME = "data-mantine-color-scheme";

let known: { scheme: string | null; tokens: Tokens } | null = null;

function read(): Tokens {
  const root = document.documentElement;
  const scheme = root.getAttribute(SCHEME);
  if (known?.scheme !== scheme || !known) {
    const style = getComputedStyle(root);
    const entries = Object.entries(NAMES).map(([name, variable]) => [name, style.getPropertyValue(variable).trim()]);
    known = { scheme, tokens: Object.fromEntries(entries) as Tokens };
  }
  return known.tokens;
}

function subscribe(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: [SCHEME] });
  return () => observer.disconnect();
}

/** The colours of the present appearance; charts draw themselves again when it changes. */
export function useTokens(): Tokens {
  return useSyncExternalStore(subscribe, read);
}
