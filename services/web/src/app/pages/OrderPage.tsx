import { getRouteApi } from "@tanstack/react-router";
import { LiveOrder } from "./order/LiveOrder";

const route = getRouteApi("/signed-in/orders/$orderId");

/** One order, for everybody who may see it: its customer, its worker, administrators. */
export function OrderPage() {
  const { orderId } = route.useParams();
  // Another order begins with nothing typed.
  return <LiveOrder key={orderId} orderId={orderId} />;
}
