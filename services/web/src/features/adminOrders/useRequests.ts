import { keepPreviousData, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { $api } from "@/api/client";
import { refetchNow, refetchSoon } from "@/api/queryClient";
import type { ChangeRequest, ChangeRequestWithOrder } from "@/api/schema";
import { useCatchUp, useLive } from "@/live/useLive";
import { PATHS } from "./acts";
import { newerRequest } from "./decisions";
import type { RequestFilters } from "./filters";
import { showRow } from "./rows";
import { useArrivals } from "./useArrivals";

/** The states that are listed; undefined: all. */
export function statesOf({ state = "PENDING" }: RequestFilters) {
  return state === "ALL" ? undefined : [state];
}

/** Whether a request that an event tells of belongs to the list. */
export function isRequested(request: ChangeRequest, filters: RequestFilters): boolean {
  const states = statesOf(filters);
  return (!states || states.includes(request.state)) && (!filters.kind || filters.kind.includes(request.kind));
}

/** The listed requests with their orders. Decisions show in place; new requests are counted, and shown on demand. */
export function useRequests(filters: RequestFilters) {
  const client = useQueryClient();
  const query = { state: statesOf(filters), kind: filters.kind, expand: "order" as const, limit: 30, total: true };
  const list = $api.useQuery(
    "get",
    PATHS.requests,
    { params: { query: { ...query, cursor: filters.cursor } } },
    { placeholderData: keepPreviousData },
  );
  const arrivals = useArrivals(JSON.stringify(query), list.data?.items);
  useLive("change-request:created", (request) => {
    const isShown = list.data?.items.some(({ id }) => id === request.id);
    if (list.data && !isShown && isRequested(request, filters)) arrivals.add(request.id);
  });
  useLive("change-request:decided", (request) => {
    showRow(client, PATHS.requests, request);
    // It may have been one of those that were counted.
    if (!isRequested(request, filters)) arrivals.remove(request.id);
  });
  useCatchUp(() => refetchSoon(PATHS.requests));
  const showArrivals = () => {
    arrivals.clear();
    void refetchNow(PATHS.requests);
  };
  return { list, arrived: arrivals.count, showArrivals };
}

/** The chosen request. It stays when the list loses it, for instance because it was decided. */
export function useChosen(id: string | undefined, rows: ChangeRequestWithOrder[] | undefined) {
  const [kept, setKept] = useState<ChangeRequestWithOrder | null>(null);
  const listed = rows?.find((row) => row.id === id);
  const known = kept?.id === id ? kept : null;
  const current = listed && known ? newerRequest(listed, known) : (listed ?? known);
  if (current && (kept?.id !== current.id || kept.version < current.version)) setKept(current);
  useLive("change-request:decided", (request) => {
    setKept((before) => (before ? newerRequest(before, request) : before));
  });
  return current;
}
