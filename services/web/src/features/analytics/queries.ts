import { useMemo, useState } from "react";
import { $api } from "@/api/client";
import type { OrderAnalytics, UserAnalytics } from "@/api/schema";
import type { Compared } from "./models";
import { before, type Period, today } from "./period";

const ORDERS = "/api/v1/admin/orders/analytics";
const USERS = "/api/v1/admin/users/analytics";
/** Figures of today grow while they are looked at. */
const AGAIN = 60_000;

/** Figures and the period that they are of, which may still be the one that was chosen before. */
export type Shown<T> = Compared<T> & { period: Period };

type Answer<T> = { data: T | undefined; isError: boolean; error: unknown; refetch: () => unknown };

export type Report<T> = {
  /** Undefined until the first answer, and after a failure. */
  shown: Shown<T> | undefined;
  failed: boolean;
  /** The answers that failed, the one of the period before included. */
  failures: Answer<T>[];
};

export function useOrderReport(period: Period): Report<OrderAnalytics> {
  const options = { staleTime: AGAIN };
  const again = { ...options, refetchInterval: period.to === today() ? AGAIN : (false as const) };
  const now = $api.useQuery("get", ORDERS, { params: { query: period } }, again);
  const earlier = $api.useQuery("get", ORDERS, { params: { query: before(period) } }, options);
  return useReport(now, earlier, period);
}

export function useUserReport(period: Period): Report<UserAnalytics> {
  const options = { staleTime: AGAIN };
  const again = { ...options, refetchInterval: period.to === today() ? AGAIN : (false as const) };
  const now = $api.useQuery("get", USERS, { params: { query: period } }, again);
  const earlier = $api.useQuery("get", USERS, { params: { query: before(period) } }, options);
  return useReport(now, earlier, period);
}

/** Shows the figures of the period before until those of the chosen one are there, so that the page does not jump. */
function useReport<T>(now: Answer<T>, earlier: Answer<T>, period: Period): Report<T> {
  const fresh = useMemo(
    () => (now.data ? { now: now.data, earlier: earlier.data, period } : undefined),
    [now.data, earlier.data, period],
  );
  const [kept, setKept] = useState(fresh);
  if (fresh && fresh !== kept) setKept(fresh);
  const failed = now.isError && !now.data;
  return {
    shown: fresh ?? (failed ? undefined : kept),
    failed,
    failures: [now, earlier].filter(({ isError }) => isError),
  };
}
