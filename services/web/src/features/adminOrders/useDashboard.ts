import { useQueryClient } from "@tanstack/react-query";
import { $api } from "@/api/client";
import { refetchSoon } from "@/api/queryClient";
import type { Dashboard, Order } from "@/api/schema";
import { useCatchUp, useLive } from "@/live/useLive";
import { PATHS } from "./acts";
import { withOrder } from "./dashboardData";
import { useCalm } from "./useCalm";

/** An event loads figures, trends and counts again: five calls, of which there are a thousand in 15 minutes. */
const PAUSE = 15_000;
/** While the figures lag behind the orders, they are asked for again. */
const LAG = 5_000;

/** The dashboard: the newest orders follow at once, figures and counts after a moment. */
export function useDashboard() {
  const client = useQueryClient();
  const query = $api.useQuery(
    "get",
    PATHS.dashboard,
    {},
    { refetchInterval: (known) => (known.state.data?.pendingEvents ? LAG : false) },
  );
  const reload = useCalm(() => refetchSoon(PATHS.dashboard, PATHS.analytics, PATHS.orders), PAUSE);
  const follow = (order: Order, isNew: boolean) => {
    client.setQueriesData<Dashboard>({ queryKey: ["get", PATHS.dashboard] }, (board) =>
      board ? withOrder(board, order, isNew) : board,
    );
    reload();
  };
  useLive("order:created", (order) => follow(order, true));
  useLive("order:updated", (order) => follow(order, false));
  useLive("stock:low", reload);
  useCatchUp(() => refetchSoon(PATHS.dashboard, PATHS.analytics, PATHS.orders, PATHS.requests));
  return query;
}

/** Revenue and orders of the last 30 days, day by day. */
export function useTrends() {
  return $api.useQuery("get", PATHS.analytics, { params: { query: { bucket: "DAY" } } });
}
