import { Skeleton, Stack, Text } from "@mantine/core";
import type { Order } from "@/api/schema";
import { checkout } from "@/i18n/en/checkout";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { FailureNote } from "@/ui/Failure";
import { money } from "@/ui/format";
import { useNow } from "@/ui/useNow";
import { useRepeat } from "@/ui/useRepeat";
import { NotPayable } from "./NotPayable";
import { OrderSlip } from "./OrderSlip";
import { PayNow } from "./PayNow";
import { payStateOf } from "./payState";
import { usePayments } from "./usePayments";

/** How often the order is looked at while the money is being confirmed, in milliseconds. */
const WAITING = 4_000;

type Props = {
  order: Order;
  /** Loads the order again. */
  reload: () => void;
  /** Goes to the provider's page. */
  go?: (url: string) => void;
};

/** Pays an order, or says why it cannot be paid. */
export function PayPanel({ order, reload, go = (url) => location.assign(url) }: Props) {
  const w = useWords(checkout);
  const now = useNow(1_000);
  const { data, error, isPending, refetch } = usePayments(order.id);
  const state = data && payStateOf(order, data.items, now);
  const again = () => {
    reload();
    void refetch();
  };
  useRepeat(state?.kind === "confirming", WAITING, again);
  return (
    <Stack gap="lg">
      <Card title={w.order(order.orderNumber)}>
        <OrderSlip order={order} />
      </Card>
      <Card title={w.payment}>
        {isPending && <Skeleton height="9rem" />}
        {error && !state && <FailureNote error={error} onRetry={again} />}
        {state?.kind === "due" && (
          <Stack gap="sm">
            <Text size="xl" fw={650} className="figures">
              {money(order.total)}
            </Text>
            <PayNow order={order} state={state} now={now} go={go} onRefused={again} />
          </Stack>
        )}
        {state && state.kind !== "due" && <NotPayable order={order} state={state} />}
      </Card>
    </Stack>
  );
}
