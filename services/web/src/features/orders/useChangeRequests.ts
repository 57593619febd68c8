import { $api } from "@/api/client";
import { OF_ORDER } from "@/api/orders";

/** The requests to change an order, newest first. Nobody but its customer needs them here: workers and administrators have panels. */
export function useChangeRequests(orderId: string, wanted: boolean) {
  return $api.useQuery("get", OF_ORDER.requests, { params: { path: { id: orderId } } }, { enabled: wanted });
}
