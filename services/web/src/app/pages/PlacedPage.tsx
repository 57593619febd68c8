import { Container, Group, Stack, Text } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import type { Order } from "@/api/schema";
import { useSession } from "@/api/useSession";
import { useLiveOrder } from "@/features/orders/useLiveOrder";
import { OrderSlip } from "@/features/payments/OrderSlip";
import { Outcome } from "@/features/payments/Outcome";
import { KeepLink } from "@/features/session/KeepLink";
import { OrderGate } from "@/features/session/OrderGate";
import { StatusTracker } from "@/features/tracker/StatusTracker";
import { checkout } from "@/i18n/en/checkout";
import { common } from "@/i18n/en/common";
import { session } from "@/i18n/en/session";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { ButtonLink } from "@/ui/links";
import { Page } from "@/ui/Page";

const route = getRouteApi("/public/placed/$orderId");

/** The confirmation of an order, to which the payment provider comes back: waits for the payment, and says what happens next. */
export function PlacedPage() {
  const w = useWords(checkout);
  const { orderId } = route.useParams();
  const { query } = useLiveOrder(orderId);
  const reload = () => void query.refetch();
  return (
    <Container size="46rem" px={0}>
      <Page title={w.placedTitle}>
        <OrderGate query={query} next={`/placed/${orderId}`}>
          {(order) => <Placed order={order} reload={reload} />}
        </OrderGate>
      </Page>
    </Container>
  );
}

function Placed({ order, reload }: { order: Order; reload: () => void }) {
  const w = useWords(checkout);
  const request = order.quote !== null && order.quote.state !== "ACCEPTED";
  return (
    <Stack gap="lg">
      <Text>{request ? w.requestedNumber(order.orderNumber) : w.placedNumber(order.orderNumber)}</Text>
      <Outcome order={order} reload={reload} />
      <StatusTracker order={order} />
      <Onward orderId={order.id} />
      <Card title={w.details}>
        <OrderSlip order={order} />
      </Card>
    </Stack>
  );
}

/** The way on: to the dashboard, or for a guest the link that is the way back. */
function Onward({ orderId }: { orderId: string }) {
  const t = useWords(common);
  const w = useWords(checkout);
  const words = useWords(session);
  const caller = useSession();
  if (caller.kind === "user") {
    return (
      <Group>
        <ButtonLink to="/orders/$orderId" params={{ orderId }}>
          {w.toOrder}
        </ButtonLink>
        <ButtonLink to="/dashboard" variant="default">
          {w.toDashboard}
        </ButtonLink>
      </Group>
    );
  }
  if (caller.kind !== "guest") return null;
  return (
    <Card title={words.keepLink}>
      <Stack gap="sm">
        <KeepLink orderId={orderId} token={caller.token} />
        <Group>
          <ButtonLink to="/track/$orderId" params={{ orderId }}>
            {w.toOrder}
          </ButtonLink>
          <ButtonLink to="/register" search={{ next: undefined }} variant="default">
            {t.register}
          </ButtonLink>
        </Group>
        <Text size="sm" c="dimmed">
          {words.registerHint}
        </Text>
      </Stack>
    </Card>
  );
}
