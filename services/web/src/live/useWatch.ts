import { useEffect, useEffectEvent } from "react";
import { isCode } from "@/api/failure";
import type { OrderWatchAnswer } from "@/api/schema";
import { live } from "./live";
import { useLiveStatus } from "./useLive";

/** What a part of a page knows of an order: the version that it shows, or the newest message. */
export type Known = { since?: number | undefined; sinceMessage?: string | undefined };

type Watcher = { known: () => Known; onAnswer: (answer: OrderWatchAnswer) => void };

/** Milliseconds until a request without an answer is sent again. */
const AGAIN = 5_000;

const watched = new Map<string, Set<Watcher>>();
/** Orders that are asked for at the end of this turn. */
const asking = new Set<string>();

/** One request for all parts that begin to watch the order in the same turn. */
function ask(orderId: string): void {
  if (asking.has(orderId)) return;
  asking.add(orderId);
  queueMicrotask(() => {
    asking.delete(orderId);
    void request(orderId);
  });
}

/** Each part takes what it needs of the answer. */
async function request(orderId: string): Promise<void> {
  const watchers = watched.get(orderId);
  if (!watchers) return;
  const known = Object.assign({}, ...[...watchers].map((watcher) => defined(watcher.known())));
  try {
    const answer = await live.ask("order:watch", { orderId, ...known });
    for (const watcher of [...watchers]) watcher.onAnswer(answer);
  } catch (error) {
    // The page loads the order by itself and says what is wrong; the next connection watches again.
    const passes = error instanceof TypeError || isCode(error, "RATE_LIMITED", "UNAVAILABLE", "INTERNAL");
    if (passes) setTimeout(() => ask(orderId), AGAIN);
  }
}

function defined(known: Known): Known {
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
}

function join(orderId: string, watcher: Watcher): () => void {
  const watchers = watched.get(orderId) ?? new Set();
  watched.set(orderId, watchers.add(watcher));
  // A part that comes later asks too: it knows other things, and needs an answer.
  ask(orderId);
  return () => {
    watchers.delete(watcher);
    if (watchers.size > 0) return;
    watched.delete(orderId);
    live.ask("order:unwatch", { orderId }).catch(() => undefined);
  };
}

/**
 * Watches an order while the component is shown: its events then arrive by `useLive`. `onAnswer` gets what was missed since `known()`, at
 * first and after each outage. Several components may watch the same order: an answer may come more than once.
 */
export function useWatch(orderId: string, known: () => Known, onAnswer: (answer: OrderWatchAnswer) => void): void {
  const status = useLiveStatus();
  const latestKnown = useEffectEvent(known);
  const latestAnswer = useEffectEvent(onAnswer);
  useEffect(() => {
    if (status !== "online") return;
    const leave = join(orderId, { known: () => latestKnown(), onAnswer: (answer) => latestAnswer(answer) });
    const off = live.on("sync", () => ask(orderId));
    return () => {
      off();
      leave();
    };
  }, [orderId, status]);
}
