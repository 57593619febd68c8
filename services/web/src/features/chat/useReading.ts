import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { api, body } from "@/api/client";
import type { Message } from "@/api/schema";
import { live } from "@/live/live";
import { showUnread, useConversations } from "./conversations";
import { firstUnread, newestForeign } from "./messages";

/** By the live connection; without one, or without an answer, as a request. Returns how many are still unread. */
async function markRead(orderId: string, upTo: string): Promise<number> {
  if (live.status() === "online") {
    try {
      return (await live.ask("chat:read", { orderId, upTo })).unread;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
  const answer = api.POST("/api/v1/orders/{id}/chat/read", { params: { path: { id: orderId } }, body: { upTo } });
  return (await body(answer)).unread;
}

/**
 * Marks messages as read while the user looks at the newest ones (`attentive`), and says above which message the line "unread" belongs:
 * `startAt` at first, `divider` now. It stays there until the user writes.
 */
export function useReading(orderId: string, messages: readonly Message[], me: string | null, attentive: boolean) {
  const client = useQueryClient();
  const conversations = useConversations(0);
  // The number has to be known before reading makes it zero.
  const ready = !conversations.isFetching;
  const unread = conversations.data?.items.find((one) => one.orderId === orderId)?.unread ?? 0;
  const begun = useRef(false);
  const marked = useRef<string | null>(null);
  /** Whether everything above was read, so that the line may move. */
  const allRead = useRef(false);
  const [divider, setDivider] = useState<string | null>(null);
  const [startAt, setStartAt] = useState<string | null>(null);
  const newest = newestForeign(messages, me)?.id ?? null;

  const look = useEffectEvent(() => {
    if (!begun.current) {
      begun.current = true;
      setDivider(firstUnread(messages, me, unread));
      setStartAt(firstUnread(messages, me, unread));
      allRead.current = unread === 0;
    }
    if (newest === null || newest === marked.current) return;
    if (!attentive) {
      // The first one of those that arrive while nobody looks.
      if (allRead.current) setDivider(newest);
      allRead.current = false;
      return;
    }
    const before = marked.current;
    marked.current = newest;
    allRead.current = true;
    markRead(orderId, newest).then(
      (left) => showUnread(client, orderId, left),
      () => {
        // The next message, or look, tries again.
        marked.current = before;
      },
    );
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: looks again when one of them changes
  useEffect(() => {
    if (ready) look();
  }, [ready, newest, attentive]);

  return { divider, startAt, clearDivider: () => setDivider(null) };
}
