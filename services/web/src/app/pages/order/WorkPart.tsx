import { Stack } from "@mantine/core";
import type { Order } from "@/api/schema";
import { AdminPanel } from "@/features/adminOrders/AdminPanel";
import type { Parties } from "@/features/orders/actions";
import { Notes } from "@/features/work/Notes";
import { QuotePanel } from "@/features/work/QuotePanel";
import { Shipments } from "@/features/work/Shipments";
import { WorkPanel } from "@/features/work/WorkPanel";
import { isOver, isUnpriced } from "@/ui/orderFacts";

/** What workers and administrators do with an order. */
export function WorkPart({ order, parties }: { order: Order; parties: Parties }) {
  const { assignee, admin } = parties;
  const isPriced = order.status !== "PENDING" || !isUnpriced(order);
  return (
    <Stack gap="lg">
      {admin ? (
        <>
          <AdminPanel order={order} pricing={isPriced ? undefined : <QuotePanel order={order} />} />
          {order.kind !== "SERVICE" && !isOver(order) && <Shipments order={order} />}
        </>
      ) : (
        <WorkPanel order={order} />
      )}
      {(assignee || admin) && <Notes order={order} />}
    </Stack>
  );
}
