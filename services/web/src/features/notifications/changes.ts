import type { Notification, NotificationWithOrder } from "@/api/schema";

/** What the user did with notifications. Other tabs get it too. */
export type Change =
  | { kind: "read"; id: string; at: string; unread: boolean }
  | { kind: "allRead"; at: string }
  | { kind: "gone"; id: string; unread: boolean };

/** A list after a change. One that was read stays in it, even among the unread ones: rows must not vanish below the pointer. */
export function changedItems(items: readonly NotificationWithOrder[], change: Change): NotificationWithOrder[] {
  switch (change.kind) {
    case "read":
      return items.map((item) => (item.id === change.id ? { ...item, readAt: item.readAt ?? change.at } : item));
    case "allRead":
      return items.map((item) => ({ ...item, readAt: item.readAt ?? change.at }));
    case "gone":
      return items.filter((item) => item.id !== change.id);
  }
}

/** The number of unread ones after a change. */
export function changedCount(count: number, change: Change): number {
  if (change.kind === "allRead") return 0;
  return change.unread ? Math.max(0, count - 1) : count;
}

/** The number after an event, which may come twice: `counted` has the ids that are in the number, and gets this one. */
export function countNew(count: number, { id, readAt }: Notification, counted: Set<string>): number {
  if (readAt !== null || counted.has(id)) return count;
  counted.add(id);
  return count + 1;
}
