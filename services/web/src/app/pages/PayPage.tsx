import { Container } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useLiveOrder } from "@/features/orders/useLiveOrder";
import { PayPanel } from "@/features/payments/PayPanel";
import { OrderGate } from "@/features/session/OrderGate";
import { checkout } from "@/i18n/en/checkout";
import { useWords } from "@/i18n/language";
import { Page } from "@/ui/Page";

const route = getRouteApi("/public/pay/$orderId");

/** Pays an order, placed before or just now. */
export function PayPage() {
  const w = useWords(checkout);
  const { orderId } = route.useParams();
  const { query } = useLiveOrder(orderId);
  return (
    <Container size="38rem" px={0}>
      <Page title={w.payTitle}>
        <OrderGate query={query} next={`/pay/${orderId}`}>
          {(order) => <PayPanel order={order} reload={() => void query.refetch()} />}
        </OrderGate>
      </Page>
    </Container>
  );
}
