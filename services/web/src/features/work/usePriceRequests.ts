import { $api } from "@/api/client";
import { refetchSoon } from "@/api/queryClient";
import type { NotificationType } from "@/api/schema";
import { useCatchUp, useLive } from "@/live/useLive";
import { PATHS } from "./paths";

const ABOUT_PRICES: NotificationType[] = ["QUOTE_REQUESTED", "QUOTE_ACCEPTED", "QUOTE_WITHDRAWN", "QUOTE_EXPIRED"];

/** Loads the requests for a price again when something happens to one: workers are told of it by a notification. */
export function usePriceRequestEvents(): void {
  useLive("notification:new", ({ type }) => {
    if (ABOUT_PRICES.includes(type)) refetchSoon(PATHS.orders);
  });
  useCatchUp(() => refetchSoon(PATHS.orders));
}

/** How many orders wait for a price. */
export function useOpenPriceRequests(): number | undefined {
  const quote = ["REQUESTED" as const, "EXPIRED" as const];
  const query = { quote, status: ["PENDING" as const], limit: 1, total: true };
  const { data } = $api.useQuery("get", PATHS.orders, { params: { query } });
  usePriceRequestEvents();
  return data?.total;
}
