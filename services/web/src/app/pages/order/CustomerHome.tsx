import { RecentMessages } from "@/features/chat/RecentMessages";
import { CustomerDashboard } from "@/features/orders/CustomerDashboard";
import { LatestProgress } from "@/features/tracker/LatestProgress";
import { StatusTracker } from "@/features/tracker/StatusTracker";

/** A customer's dashboard with the parts that other features give to it. */
export function CustomerHome() {
  return (
    <CustomerDashboard
      messages={<RecentMessages />}
      tracker={(order) => <StatusTracker compact order={order} />}
      progress={(order) => <LatestProgress orderId={order.id} />}
    />
  );
}
