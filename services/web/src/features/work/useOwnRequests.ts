import { useQueries } from "@tanstack/react-query";
import { $api, api, body } from "@/api/client";
import { OF_ORDER } from "@/api/orders";
import { refetchSoon } from "@/api/queryClient";
import type { ChangeRequest, Order } from "@/api/schema";
import { useCatchUp, useLive } from "@/live/useLive";
import { PATHS } from "./paths";

/** Each order costs a call: workers have no list of all their requests. */
const MOST = 15;
const DAY = 86_400_000;

export type OpenRequest = { request: ChangeRequest; order: Order };

/** The requests about the worker's orders that wait for a decision, newest first. */
export function useOpenRequests(orders: readonly Order[]): OpenRequest[] {
  const asked = orders.slice(0, MOST);
  const pages = useQueries({
    queries: asked.map(({ id }) => {
      const params = { path: { id }, query: { state: ["PENDING" as const], limit: 5 } };
      return {
        queryKey: ["get", OF_ORDER.requests, { params }],
        queryFn: ({ signal }: { signal: AbortSignal }) => body(api.GET(OF_ORDER.requests, { params, signal })),
      };
    }),
  });
  const reload = () => refetchSoon(OF_ORDER.requests, PATHS.notifications);
  useLive("change-request:created", reload);
  useLive("change-request:decided", reload);
  useCatchUp(reload);
  return asked
    .flatMap((order, index) => (pages[index]?.data?.items ?? []).map((request) => ({ request, order })))
    .sort((a, b) => b.request.createdAt.localeCompare(a.request.createdAt));
}

/** What was decided on the worker's requests in the last days, newest first. */
export function useDecisions(now: number, days: number) {
  const since = new Date(now - days * DAY).toISOString().slice(0, 10);
  const { data } = $api.useQuery("get", PATHS.notifications, { params: { query: { since, limit: 100 } } });
  return data?.items.filter(({ type }) => type === "CHANGE_REQUEST_DECIDED") ?? [];
}
