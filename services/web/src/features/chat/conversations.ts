import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { $api } from "@/api/client";
import { refetchSoon } from "@/api/queryClient";
import type { Conversation, Message, PageConversation } from "@/api/schema";
import { useUser } from "@/api/useSession";
import { useCatchUp, useLive } from "@/live/useLive";

const CONVERSATIONS = "/api/v1/chat/conversations";
const options = () => $api.queryOptions("get", CONVERSATIONS, { params: { query: { limit: 20 } } });

/** The conversations with the newest messages. With a `staleTime` of 0 they are loaded again. */
export function useConversations(staleTime = 30_000) {
  return $api.useQuery("get", CONVERSATIONS, { params: { query: { limit: 20 } } }, { staleTime });
}

/** The list after a message: its conversation is first, with one unread more if somebody else wrote it. Null if it is not in the list. */
export function heardIn(list: readonly Conversation[], message: Message, me: string | null): Conversation[] | null {
  const found = list.find(({ orderId }) => orderId === message.orderId);
  if (!found) return null;
  if (found.lastMessage?.id === message.id) return [...list];
  const foreign = message.author !== null && message.author.id !== me;
  const changed = {
    ...found,
    lastMessage: message,
    updatedAt: message.createdAt,
    unread: found.unread + (foreign ? 1 : 0),
  };
  return [changed, ...list.filter((one) => one !== found)];
}

/** The list after its reader has read the conversation of an order. */
export function readIn(list: readonly Conversation[], orderId: string, unread: number): Conversation[] {
  return list.map((one) => (one.orderId === orderId ? { ...one, unread } : one));
}

function change(client: QueryClient, to: (list: readonly Conversation[]) => Conversation[] | null): void {
  client.setQueryData<PageConversation>(options().queryKey, (page) => {
    const items = page && to(page.items);
    return items ? { ...page, items } : page;
  });
}

/** Shows how many messages are unread now. */
export function showUnread(client: QueryClient, orderId: string, unread: number): void {
  change(client, (list) => readIn(list, orderId, unread));
}

/** Keeps the list up to date; with `only`, as far as the conversation of this order is concerned. */
export function useConversationEvents(only?: string): void {
  const client = useQueryClient();
  const me = useUser()?.id ?? null;
  useLive("chat:message", (message) => {
    if (only !== undefined && message.orderId !== only) return;
    change(client, (list) => {
      const heard = heardIn(list, message, me);
      if (!heard && only === undefined) refetchSoon(CONVERSATIONS);
      return heard;
    });
  });
  // Read in another tab, or on another device.
  useLive("chat:read", ({ userId, orderId }) => {
    if (only !== undefined || userId !== me) return;
    const known = client.getQueryData<PageConversation>(options().queryKey);
    if (known?.items.find((one) => one.orderId === orderId)?.unread !== 0) refetchSoon(CONVERSATIONS);
  });
  useCatchUp(() => {
    if (only === undefined) refetchSoon(CONVERSATIONS);
  });
}
