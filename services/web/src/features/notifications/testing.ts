import type { Notification } from "@/api/schema";

/** An unread notification for tests. */
export function notification(id: string): Notification {
  return {
    id,
    userId: "me",
    type: "ORDER_STATUS",
    title: `title of ${id}`,
    body: `body of ${id}`,
    orderId: "order",
    readAt: null,
    createdAt: "2026-11-30T12:00:00Z",
  };
}
