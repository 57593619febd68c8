import { work } from "@/i18n/en/work";
import { wordsOf } from "@/i18n/language";
import type { Gone } from "./pool";

/** Why an order left the pool, in words. */
export function goneText({ why, by }: Gone): string {
  const t = wordsOf(work).pool;
  if (why === "mine") return t.mine;
  if (why === "unavailable") return t.unavailable;
  return by ? t.claimedBy(by) : t.claimedByOther;
}
