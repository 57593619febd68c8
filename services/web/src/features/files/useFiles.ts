import { type InfiniteData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { api, body } from "@/api/client";
import { OF_ORDER } from "@/api/orders";
import { refetchSoon } from "@/api/queryClient";
import type { File as OrderFile, PageFile } from "@/api/schema";
import { useCatchUp, useLive } from "@/live/useLive";

const PAGE = 50;
const FILES = OF_ORDER.media;

const keyOf = (orderId: string) => ["get", FILES, { params: { path: { id: orderId } } }, "pages"] as const;

/** The pages without a file that was deleted. */
export function without(pages: readonly PageFile[], id: string): PageFile[] {
  return pages.map((page) => ({ ...page, items: page.items.filter((file) => file.id !== id) }));
}

/** The pages with a new file, which is the newest one. */
export function withFile(pages: readonly PageFile[], file: OrderFile): PageFile[] {
  const [first, ...rest] = without(pages, file.id);
  return first ? [{ ...first, items: [file, ...first.items] }, ...rest] : [];
}

/** The files of an order, newest first, kept up to date. */
export function useFiles(orderId: string) {
  const client = useQueryClient();
  const pages = useInfiniteQuery({
    queryKey: keyOf(orderId),
    queryFn: ({ pageParam, signal }) =>
      body(api.GET(FILES, { params: { path: { id: orderId }, query: { limit: PAGE, cursor: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
  });
  const change = (to: (pages: readonly PageFile[]) => PageFile[]) =>
    client.setQueryData<InfiniteData<PageFile, string | undefined>>(keyOf(orderId), (data) =>
      data ? { ...data, pages: to(data.pages) } : data,
    );
  // An event has no link to the thumbnail that works without a token: the list is loaded again.
  useLive("file:added", (file) => {
    if (file.orderId === orderId) refetchSoon(FILES);
  });
  useLive("file:deleted", (file) => {
    if (file.orderId === orderId) change((known) => without(known, file.id));
  });
  // A completed order shows its results.
  useLive("order:status", (event) => {
    if (event.orderId === orderId) refetchSoon(FILES);
  });
  useCatchUp(() => refetchSoon(FILES));
  return {
    files: pages.data?.pages.flatMap((page) => page.items),
    error: pages.data ? null : pages.error,
    retry: () => void pages.refetch(),
    /** Shows a file that was uploaded. */
    added: (file: OrderFile): void => {
      change((known) => withFile(known, file));
    },
    gone: (id: string): void => {
      change((known) => without(known, id));
    },
    older: {
      more: pages.hasNextPage,
      loading: pages.isFetchingNextPage,
      load: () => void pages.fetchNextPage(),
    },
  };
}
