import type { NotificationType } from "@/api/schema";
import { plural } from "../language";

/** The notification centre. */
export const notifications = {
  part: "notifications" as const,
  title: "Notifications",
  bell: (count: number) => plural(count, { one: "Notifications, 1 unread", other: `Notifications, ${count} unread` }),
  arrived: (title: string) => `New notification: ${title}`,
  loading: "Notifications are loading",
  show: "Which notifications",
  all: "All",
  onlyUnread: "Unread",
  unread: "Unread:",
  readAll: "Mark all as read",
  markRead: "Mark as read",
  showAll: "All notifications",
  empty: "No notifications yet",
  emptyHint: "What happens to your orders is told here.",
  noneUnread: "You have read everything",
  /** Titles by type. English shows the server's own titles instead. */
  titles: {} as Partial<Record<NotificationType, string>>,
};
