import { useInfiniteQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import { api, body } from "@/api/client";
import type { Message, OrderWatchAnswer } from "@/api/schema";
import { useCatchUp, useLive, useLiveStatus } from "@/live/useLive";
import { after, merge } from "./messages";

export const MESSAGES = "/api/v1/orders/{id}/chat/messages";
const PAGE = 50;
/** The answer to watching has so many missed messages at most. */
const MOST_MISSED = 100;

/**
 * The messages of an order's conversation, oldest first: pages of the past, and what events bring. Both are kept apart, because a page
 * that was asked for before an event does not have its message.
 */
export function useMessages(orderId: string) {
  const online = useLiveStatus() === "online";
  const pages = useInfiniteQuery({
    queryKey: ["get", MESSAGES, { params: { path: { id: orderId } } }, "pages"],
    queryFn: ({ pageParam, signal }) =>
      body(
        api.GET(MESSAGES, {
          params: { path: { id: orderId }, query: { limit: PAGE, cursor: pageParam } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    // Events keep it up to date while there is a connection.
    staleTime: online ? Number.POSITIVE_INFINITY : 30_000,
  });
  const { refetch } = pages;
  const [heard, setHeard] = useState<Message[]>([]);
  const add = useCallback((...messages: Message[]) => setHeard((known) => merge(known, messages)), []);
  useLive("chat:message", (message) => {
    if (message.orderId === orderId) add(message);
  });

  const loaded = pages.data?.pages;
  const messages = useMemo(() => merge(loaded?.flatMap((page) => page.items) ?? [], heard), [loaded, heard]);

  /** Loads the newest pages again. What was heard before them may be far older, with a gap between. */
  const reload = async () => {
    const { data } = await refetch();
    const newest = data?.pages[0]?.items;
    if (newest) setHeard((known) => after(newest, known));
  };
  /** Takes over what was missed, from the answer to watching the order. */
  const catchUp = (answer: OrderWatchAnswer) => {
    const missed = answer.messages;
    if (missed && missed.length < MOST_MISSED) add(...missed);
    // Too many were missed, or nothing was known to ask for what came after it.
    else if (missed || messages.length === 0) void reload();
  };
  // Watching catches up; a conversation that could not be loaded is loaded now.
  useCatchUp(() => {
    if (pages.isError) void refetch();
  });

  return {
    messages,
    newest: messages.at(-1)?.id,
    isLoaded: loaded !== undefined,
    error: loaded === undefined ? pages.error : null,
    retry: () => void refetch(),
    add,
    catchUp,
    older: {
      more: pages.hasNextPage,
      loading: pages.isFetchingNextPage,
      error: pages.isFetchNextPageError ? pages.error : null,
      load: () => {
        if (pages.hasNextPage && !pages.isFetching) void pages.fetchNextPage();
      },
    },
  };
}

export type Messages = ReturnType<typeof useMessages>;
