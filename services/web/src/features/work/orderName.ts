import type { Order } from "@/api/schema";
import { work } from "@/i18n/en/work";
import { wordsOf } from "@/i18n/language";

/** What people call an order: its title, or what is ordered; the number if it has neither. */
export function orderName(order: Pick<Order, "title" | "items" | "orderNumber">): string {
  if (order.title) return order.title;
  const [first, ...more] = order.items;
  if (!first) return order.orderNumber;
  return more.length > 0 ? wordsOf(work).andMore(first.name, more.length) : first.name;
}

/** What is ordered, in one line; the rest is counted. */
export function itemsLine(order: Pick<Order, "items">, most = 3): string {
  const t = wordsOf(work);
  const shown = order.items.slice(0, most).map((item) => t.times(item.quantity, item.name));
  const more = order.items.length - shown.length;
  const line = shown.join(", ");
  return more > 0 ? t.andMore(line, more) : line;
}
