import type { HistoryItem } from "@/api/schema";
import type { Translation } from "@/i18n/en";
import { dateTime, money } from "@/ui/format";
import type { Tone } from "@/ui/Stamp";
import type { Remark } from "./remark";

type Words = Translation["tracker"];

/** An event as a sentence. */
export function sentenceOf(t: Words, { event, from, to }: Pick<HistoryItem, "event" | "from" | "to">): string {
  if (event === "REFUNDED" && to === "PARTIALLY_REFUNDED") return t.partlyRefunded;
  if (event === "STATUS_CHANGED" && to !== null) {
    if (from === "ON_HOLD" && to === "IN_PROGRESS") return t.goesOn;
    const known: Record<string, string> = t.changedTo;
    return known[to] ?? t.events.STATUS_CHANGED;
  }
  return t.events[event];
}

/** What is said about an event, in the chosen language unless people wrote it. */
export function remarkText(t: Words, remark: Remark): string {
  const w = t.remarks;
  switch (remark.kind) {
    case "said":
      return remark.text;
    case "changed": {
      const parts = w.changed(remark.parts.map((part) => w.fields[part]));
      return remark.total ? `${parts}. ${w.total(money(remark.total.was), money(remark.total.is))}` : parts;
    }
    case "offered":
      return w.offered(money(remark.amount), dateTime(remark.until));
    case "amount":
      return money(remark.amount);
    case "shipped":
      return w.shipped(remark.carrier, remark.number);
    case "delivered":
      return w.delivered;
    case "insteadOf":
      return w.insteadOf(remark.number);
    case "replacedBy":
      return [w.replacedBy(remark.number), remark.text].filter(Boolean).join(": ");
  }
}

/** The tone of an event's mark, which only supports its sentence. */
export function eventTone({ event, to }: Pick<HistoryItem, "event" | "to">): Tone {
  switch (event) {
    case "PAID":
    case "COMPLETED":
    case "QUOTE_ACCEPTED":
      return "done";
    case "PAYMENT_FAILED":
    case "PAYMENT_REJECTED":
      return "bad";
    case "CANCELLED":
    case "EXPIRED":
    case "REPLACED":
    case "REFUNDED":
    case "QUOTE_WITHDRAWN":
    case "QUOTE_EXPIRED":
      return "over";
    case "STATUS_CHANGED":
      return to === "ON_HOLD" ? "held" : "working";
    default:
      return "working";
  }
}
