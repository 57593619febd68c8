import type { CatchUpAnswer } from "@/api/schema";
import { live } from "@/live/live";

const asked = new WeakMap<Date, Promise<CatchUpAnswer>>();

/** What was missed in an outage. Parts that ask for the same outage share the answer. */
export function missedSince(lost: Date): Promise<CatchUpAnswer> {
  const known = asked.get(lost);
  if (known) return known;
  const answer = live.ask("catch-up", { since: lost.toISOString() });
  asked.set(lost, answer);
  return answer;
}
