import { Stack, Text } from "@mantine/core";
import type { ChangeRequest, Order } from "@/api/schema";
import { Invoices } from "@/features/invoices/Invoices";
import type { Parties, Viewer } from "@/features/orders/actions";
import { ChangeRequests } from "@/features/orders/ChangeRequests";
import { CustomerNotes } from "@/features/orders/CustomerNotes";
import { LineTable } from "@/features/orders/LineTable";
import { OrderDetails } from "@/features/orders/OrderDetails";
import { QuoteCard } from "@/features/orders/QuoteCard";
import { Shipments } from "@/features/orders/Shipments";
import { OrderPayments } from "@/features/payments/OrderPayments";
import { ProgressSteps } from "@/features/tracker/ProgressSteps";
import { orders } from "@/i18n/en/orders";
import { tracker } from "@/i18n/en/tracker";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { isOver, isUnpriced } from "@/ui/orderFacts";

export type OverviewProps = {
  order: Order;
  parties: Parties;
  viewer: Viewer | null;
  /** The requests to change it, for its customer. */
  requests: ChangeRequest[];
  now: number;
};

/** What was ordered, for what price, and what becomes of it. */
export function Overview({ order, parties, viewer, requests, now }: OverviewProps) {
  const t = useWords(orders);
  const words = useWords(tracker);
  const { owner, assignee, admin } = parties;
  const isParty = owner || assignee || admin;
  // Who ships has the shipments in a panel with forms, as long as there is something to ship.
  const ships = (assignee || admin) && !isOver(order);
  // The same for who sets the price.
  const prices = !owner && order.status === "PENDING" && isUnpriced(order);
  return (
    <Stack gap="lg">
      {!prices && <QuoteCard order={order} viewer={viewer} now={now} />}
      <Card title={t.items}>
        {order.items.length > 0 ? (
          <LineTable lines={order.items} total={order.total} refunded={order.refunded} linked />
        ) : (
          <Text c="dimmed">{isUnpriced(order) ? t.itemsFollow : t.noItems}</Text>
        )}
      </Card>
      <OrderDetails order={order} own={owner} />
      {order.kind !== "SERVICE" && isParty && !ships && <Shipments order={order} />}
      {order.kind !== "GOODS" && isParty && (
        <Card title={words.progress}>
          <ProgressSteps orderId={order.id} />
        </Card>
      )}
      {owner && !assignee && !admin && <CustomerNotes orderId={order.id} />}
      {owner && <ChangeRequests requests={requests} />}
      {(owner || admin) && <OrderPayments order={order} />}
      {(owner || admin) && <Invoices order={order} />}
    </Stack>
  );
}
