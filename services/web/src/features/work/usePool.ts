import { keepPreviousData, useQueryClient } from "@tanstack/react-query";
import { useEffect, useReducer, useRef } from "react";
import { $api, api, body } from "@/api/client";
import { refetchNow } from "@/api/queryClient";
import type { Order } from "@/api/schema";
import { useUser } from "@/api/useSession";
import { useCatchUp, useLive } from "@/live/useLive";
import { isNarrowed, listedBy, type PoolFilters, poolQuery } from "./filters";
import { missedSince } from "./missed";
import { PATHS } from "./paths";
import { type Gone, poolReducer, QUIET, rowsOf, waitingOf } from "./pool";
import { fits } from "./poolFit";
import { useWorkload } from "./useWorkload";

function poolInit(filters: PoolFilters) {
  return { params: { query: poolQuery(filters) } };
}

/** Decides whether a new order belongs into the list; if only the server can tell, it is asked for this order. */
function useFit(filters: PoolFilters): (order: Order) => Promise<boolean> {
  const { data: worker } = useWorkload();
  return async (order) => {
    const known = fits(order, filters, worker);
    if (known !== "ask") return known;
    const { category, mine } = filters;
    const init = { params: { query: { q: order.orderNumber, category, mine, limit: 1 } } };
    try {
      return (await body(api.GET(PATHS.pool, init))).items.length > 0;
    } catch {
      // Better one order too many than one too few.
      return true;
    }
  };
}

/** The pool as it is shown: what was loaded, and what events tell since. After an outage it is replaced. */
export function usePool(filters: PoolFilters) {
  const client = useQueryClient();
  const me = useUser()?.id;
  const [state, tell] = useReducer(poolReducer, QUIET);
  const query = $api.useQuery("get", PATHS.pool, poolInit(filters), { placeholderData: keepPreviousData });
  const fit = useFit(filters);
  const list = listedBy(filters);

  /** New orders that the server is asked about: they may be gone before it answers. */
  const asking = useRef(new Set<string>());
  const leave = (id: string, gone: Gone) => {
    asking.current.delete(id);
    tell({ kind: "gone", id, gone });
  };

  useEffect(() => {
    asking.current.clear();
    tell({ kind: "listed", list });
  }, [list]);
  useLive("order:available", async (order) => {
    asking.current.add(order.id);
    const isIn = await fit(order);
    if (asking.current.delete(order.id) && isIn) tell({ kind: "available", order });
  });
  useLive("order:unavailable", ({ orderId }) => leave(orderId, { why: "unavailable", by: null }));
  useLive("order:claimed", ({ orderId, assignee }) => {
    const isMine = assignee !== null && assignee.id === me;
    leave(orderId, { why: isMine ? "mine" : "claimed", by: assignee?.name ?? null });
  });
  useCatchUp(async (lost) => {
    // At once, so that events that come from now on are kept.
    asking.current.clear();
    tell({ kind: "replaced" });
    const missed = await missedSince(lost).catch(() => null);
    const pool = missed && !missed.moreInPool ? missed.pool : undefined;
    // The answer has the first orders of the whole pool, not those of a filter or of a later page.
    if (!pool || isNarrowed(filters) || filters.cursor) return refetchNow(PATHS.pool);
    const { queryKey } = $api.queryOptions("get", PATHS.pool, poolInit(filters));
    client.setQueryData(queryKey, { items: pool, nextCursor: null });
  });

  const loaded = query.data?.items;
  return {
    query,
    state,
    tell,
    rows: loaded && rowsOf(loaded, state),
    waiting: loaded ? waitingOf(loaded, state) : [],
  };
}
