import { $api } from "@/api/client";
import { OF_ORDER } from "@/api/orders";
import { refetchSoon } from "@/api/queryClient";
import type { Progress } from "@/api/schema";
import { useCatchUp, useLive } from "@/live/useLive";

/** The newest percentage among steps that are sorted newest first: a step may have none. */
export function percentOf(steps: Pick<Progress, "percent">[]): number | null {
  return steps.find(({ percent }) => percent !== null)?.percent ?? null;
}

/** The steps that were reported for an order, newest first, kept up to date. */
export function useProgress(orderId: string, limit: number) {
  const query = $api.useInfiniteQuery(
    "get",
    OF_ORDER.progress,
    { params: { path: { id: orderId }, query: { limit } } },
    { initialPageParam: "", getNextPageParam: (page: { nextCursor: string | null }) => page.nextCursor },
  );
  useLive("order:progress", (step) => {
    if (step.orderId === orderId) refetchSoon(OF_ORDER.progress);
  });
  useCatchUp(() => refetchSoon(OF_ORDER.progress));
  const steps: Progress[] | undefined = query.data?.pages.flatMap((page) => page.items);
  return {
    steps,
    percent: steps ? percentOf(steps) : null,
    error: query.isError && !steps ? query.error : null,
    reload: () => void query.refetch(),
    more: query.hasNextPage ? () => void query.fetchNextPage() : null,
    isLoadingMore: query.isFetchingNextPage,
  };
}
