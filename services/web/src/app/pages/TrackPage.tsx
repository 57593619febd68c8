// Files are shown in a modal, which other public pages do without.
import "@mantine/core/styles/Overlay.layer.css";
import "@mantine/core/styles/ModalBase.layer.css";
import "@mantine/core/styles/Modal.layer.css";

import { Button, Group, Skeleton, Stack } from "@mantine/core";
import { getRouteApi, Navigate, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import type { Order } from "@/api/schema";
import { useSession } from "@/api/useSession";
import { Chat } from "@/features/chat/Chat";
import { Files } from "@/features/files/Files";
import { Invoices } from "@/features/invoices/Invoices";
import { actionsOf } from "@/features/orders/actions";
import { CancelOrder } from "@/features/orders/CancelOrder";
import { CustomerNotes } from "@/features/orders/CustomerNotes";
import { QuoteCard } from "@/features/orders/QuoteCard";
import { Shipments } from "@/features/orders/Shipments";
import { useLiveOrder } from "@/features/orders/useLiveOrder";
import { OrderPayments } from "@/features/payments/OrderPayments";
import { OrderSlip } from "@/features/payments/OrderSlip";
import { Closed } from "@/features/session/Closed";
import { KeepLink } from "@/features/session/KeepLink";
import { OrderGate } from "@/features/session/OrderGate";
import { OtherAccount } from "@/features/session/OtherAccount";
import { useGuestLink } from "@/features/session/useGuestLink";
import { ProgressSteps } from "@/features/tracker/ProgressSteps";
import { StatusTracker } from "@/features/tracker/StatusTracker";
import { Timeline } from "@/features/tracker/Timeline";
import { checkout } from "@/i18n/en/checkout";
import { session } from "@/i18n/en/session";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { Page } from "@/ui/Page";
import { OrderStamp } from "@/ui/Stamp";
import { useNow } from "@/ui/useNow";
import classes from "./TrackPage.module.css";

const route = getRouteApi("/public/track/$orderId");

/** A guest's order, by its link. */
export function TrackPage() {
  const { orderId } = route.useParams();
  // Another order is another link.
  return <Track key={orderId} orderId={orderId} />;
}

function Track({ orderId }: { orderId: string }) {
  const w = useWords(checkout);
  const router = useRouter();
  const path = `/track/${orderId}`;
  // The token must not stay in the address, where it would be seen and kept.
  const access = useGuestLink(location.hash, () => router.history.replace(path));
  if (access.kind === "open") return <GuestsOrder orderId={orderId} />;
  if (access.kind === "signedIn" && !access.open) {
    return <Navigate to="/orders/$orderId" params={{ orderId }} replace />;
  }
  return (
    <Page title={w.placedTitle}>
      {access.kind === "checking" && <Skeleton height="24rem" />}
      {access.kind === "signedIn" && access.open && <OtherAccount open={access.open} />}
      {access.kind === "closed" && <Closed next={path} ended={access.ended} />}
    </Page>
  );
}

function GuestsOrder({ orderId }: { orderId: string }) {
  const w = useWords(checkout);
  const { query } = useLiveOrder(orderId);
  const order = query.data;
  const title = order ? w.order(order.orderNumber) : w.placedTitle;
  return (
    <Page title={title} subtitle={order?.title} beside={order && <OrderStamp status={order.status} />}>
      <OrderGate query={query} next={`/track/${orderId}`}>
        {(shown) => <Parts order={shown} />}
      </OrderGate>
    </Page>
  );
}

function Parts({ order }: { order: Order }) {
  const w = useWords(checkout);
  const words = useWords(session);
  const caller = useSession();
  const now = useNow();
  return (
    <Stack gap="lg">
      <StatusTracker order={order} />
      <div className={classes.columns}>
        <Stack gap="lg">
          {order.quote && <QuoteCard order={order} viewer={customerOf(order)} now={now} />}
          <Card title={w.details}>
            <OrderSlip order={order} />
          </Card>
          <OrderPayments order={order} />
          <Invoices order={order} />
          <CustomerNotes orderId={order.id} />
          {order.kind !== "GOODS" && (
            <Card title={w.progress}>
              <ProgressSteps orderId={order.id} />
            </Card>
          )}
          {order.kind !== "SERVICE" && <Shipments order={order} />}
          <Card title={w.timeline}>
            <Timeline orderId={order.id} />
          </Card>
          <Cancel order={order} now={now} />
        </Stack>
        <Stack gap="lg">
          <Chat orderId={order.id} />
          <Files order={order} />
          {caller.kind === "guest" && (
            <Card title={words.keepLink}>
              <KeepLink orderId={order.id} token={caller.token} />
            </Card>
          )}
        </Stack>
      </div>
    </Stack>
  );
}

function Cancel({ order, now }: { order: Order; now: number }) {
  const w = useWords(checkout);
  const [asking, setAsking] = useState(false);
  const { cancel, refunds } = actionsOf(order, customerOf(order), now);
  if (!cancel) return null;
  if (asking) return <CancelOrder order={order} refunds={refunds} onDone={() => setAsking(false)} />;
  return (
    <Group>
      <Button variant="subtle" color="red" onClick={() => setAsking(true)}>
        {w.cancelOrder}
      </Button>
    </Group>
  );
}

/** Who has a guest's token is the customer of every order that it opens. */
function customerOf(order: Order) {
  return { id: order.customer.id, role: "CUSTOMER" } as const;
}
