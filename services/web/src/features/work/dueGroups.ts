import type { Order } from "@/api/schema";
import { DUE_GROUPS, type DueGroup } from "./filters";

const DAY = 86_400_000;
/** Days ahead that count as soon. */
const SOON = 7;

/** The day of a time on the calendar of a time zone, as a number that counts up; the browser's zone if none is given. */
export function dayNumber(time: number, zone?: string): number {
  const format = new Intl.DateTimeFormat("en", { timeZone: zone, year: "numeric", month: "numeric", day: "numeric" });
  const parts = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
  return Math.round(Date.UTC(parts.year ?? 0, (parts.month ?? 1) - 1, parts.day ?? 1) / DAY);
}

/** By when an order is wanted, by days and not by hours: what is wanted today is not overdue before tomorrow. */
export function dueGroup(wanted: string | null, now: number, zone?: string): DueGroup {
  if (!wanted) return "none";
  const days = dayNumber(new Date(wanted).getTime(), zone) - dayNumber(now, zone);
  if (days < 0) return "overdue";
  if (days === 0) return "today";
  return days <= SOON ? "week" : "later";
}

export type GroupedWork = Record<DueGroup | "held", Order[]>;

/** Sorts work by its due date, and what is on hold apart: it waits for somebody else. */
export function groupWork(orders: readonly Order[], now: number, zone?: string): GroupedWork {
  const groups: GroupedWork = { overdue: [], today: [], week: [], later: [], none: [], held: [] };
  for (const order of [...orders].sort(byDate)) {
    groups[order.status === "ON_HOLD" ? "held" : dueGroup(order.estimatedCompletion, now, zone)].push(order);
  }
  return groups;
}

/** What is wanted first comes first; without a date, who has waited longest. */
function byDate(a: Order, b: Order): number {
  const wanted = (order: Order) =>
    order.estimatedCompletion ? new Date(order.estimatedCompletion).getTime() : Number.MAX_SAFE_INTEGER;
  return wanted(a) - wanted(b) || new Date(a.createdAt).getTime() - new Date(b.createdAt).getTime();
}

/** The work to do next, in the order of the groups. */
export function nextWork(groups: GroupedWork, most: number): Order[] {
  return DUE_GROUPS.flatMap((group) => groups[group]).slice(0, most);
}

/** Orders that were completed in the last seven days, today included. */
export function doneLately(orders: readonly Order[], now: number, zone?: string): Order[] {
  const first = dayNumber(now, zone) - 6;
  return orders.filter(({ completedAt }) => completedAt && dayNumber(new Date(completedAt).getTime(), zone) >= first);
}
