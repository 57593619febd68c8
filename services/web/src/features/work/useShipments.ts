import { $api } from "@/api/client";
import { OF_ORDER } from "@/api/orders";
import { refetchSoon } from "@/api/queryClient";
import { useCatchUp, useLive } from "@/live/useLive";

/** The shipments of an order, kept up to date. */
export function useShipments(orderId: string) {
  const query = $api.useQuery("get", OF_ORDER.shipments, { params: { path: { id: orderId } } });
  useLive("shipment:updated", (shipment) => {
    if (shipment.orderId === orderId) refetchSoon(OF_ORDER.shipments);
  });
  useCatchUp(() => refetchSoon(OF_ORDER.shipments));
  return query;
}
