import type { Order } from "@/api/schema";

/** What an order is about: its title, or its first item. */
export function titleOf({ title, items }: Pick<Order, "title" | "items">): string {
  return title || (items[0]?.name ?? "");
}
