import { keepPreviousData, type QueryClient } from "@tanstack/react-query";
import { $api } from "@/api/client";
import type { PageNotificationWithOrder, UnreadCount } from "@/api/schema";
import { type Change, changedCount, changedItems } from "./changes";

/** Paths of the API. */
export const LIST = "/api/v1/notifications";
export const COUNT = "/api/v1/notifications/unread-count";

/** How often the number is asked for while there is no live connection. */
const POLL = 60_000;

const countKey = () => $api.queryOptions("get", COUNT, {}).queryKey;

/** The number of unread notifications; undefined until it is known. */
export function useCount(online: boolean): number | undefined {
  return $api.useQuery("get", COUNT, {}, { refetchInterval: online ? false : POLL }).data?.count;
}

/** A page of the notifications, newest first. */
export function useNotifications(query: { unreadOnly?: true | undefined; cursor?: string | undefined; limit: number }) {
  return $api.useQuery("get", LIST, { params: { query } }, { placeholderData: keepPreviousData });
}

/** Shows a number of unread notifications. */
export function showCount(client: QueryClient, to: (count: number) => number): void {
  client.setQueryData<UnreadCount>(countKey(), (known) => known && { ...known, count: to(known.count) });
}

/** Shows a change in all lists and in the number. */
export function showChange(client: QueryClient, change: Change): void {
  client.setQueriesData<PageNotificationWithOrder>(
    { queryKey: ["get", LIST] },
    (page) => page && { ...page, items: changedItems(page.items, change) },
  );
  showCount(client, (count) => changedCount(count, change));
}

/** Loads lists and number again. */
export function reloadInbox(client: QueryClient): void {
  void client.invalidateQueries({ queryKey: ["get", LIST] });
  void client.invalidateQueries({ queryKey: ["get", COUNT] });
}

/** Changes are told to the other tabs of the same account. */
type Told = { user: string; change: Change };

const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("waybill-notifications");

export function tellTabs(told: Told): void {
  channel?.postMessage(told);
}

/** Calls back with what the user did in another tab. */
export function onTold(user: string, listener: (change: Change) => void): () => void {
  const take = ({ data }: MessageEvent<Told>) => {
    if (data.user === user) listener(data.change);
  };
  channel?.addEventListener("message", take);
  return () => channel?.removeEventListener("message", take);
}
