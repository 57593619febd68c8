import { Group, Skeleton, Stack, Text } from "@mantine/core";
import { lazy, Suspense } from "react";
import type { Order } from "@/api/schema";
import { useSession } from "@/api/useSession";
import { checkout } from "@/i18n/en/checkout";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { FailureNote } from "@/ui/Failure";
import { dateTime } from "@/ui/format";
import { ButtonLink } from "@/ui/links";
import { PaymentStamp } from "@/ui/Stamp";
import { useNow } from "@/ui/useNow";
import { PaymentRow } from "./PaymentRow";
import classes from "./Payments.module.css";
import { payStateOf, timeLeft } from "./payState";
import { usePayments } from "./usePayments";

// Only administrators have it.
const ExpectByHand = lazy(async () => ({ default: (await import("./ExpectByHand")).ExpectByHand }));

/** The payments of an order, for its customer and administrators; workers do not see them. */
export function OrderPayments({ order }: { order: Order }) {
  const caller = useSession();
  // A guest reads only their own orders.
  const own = caller.kind === "guest" || (caller.kind === "user" && caller.user.id === order.customer.id);
  if (!own && caller.kind === "user" && caller.user.role === "STAFF") return null;
  const isAdmin = caller.kind === "user" && caller.user.role === "ADMIN";
  return <Payments order={order} own={own} isAdmin={isAdmin} />;
}

type Props = { order: Order; own: boolean; isAdmin: boolean };

function Payments({ order, own, isAdmin }: Props) {
  const t = useWords(common);
  const w = useWords(checkout);
  const now = useNow(1_000);
  const { data, error, isPending, refetch } = usePayments(order.id);
  const state = payStateOf(order, data?.items ?? [], now);
  const left = order.expiresAt && timeLeft(order.expiresAt, now);
  return (
    <Card title={w.payments} aside={<PaymentStamp status={order.paymentStatus} />}>
      <Stack gap="sm">
        {isPending && <Skeleton height="2.75rem" />}
        {error && !data && <FailureNote error={error} onRetry={() => void refetch()} />}
        {data?.items.length === 0 && <Text c="dimmed">{w.noPayments}</Text>}
        {data && data.items.length > 0 && (
          <ul className={classes.items}>
            {data.items.map((payment) => (
              <PaymentRow key={payment.id} order={order} payment={payment} isAdmin={isAdmin} />
            ))}
          </ul>
        )}
        {state.kind === "confirming" && (
          <Text size="sm" role="status">
            {w.notPayable.confirming.hint}
          </Text>
        )}
        {own && state.kind === "due" && (
          <Group>
            <ButtonLink to="/pay/$orderId" params={{ orderId: order.id }}>
              {state.open ? w.continuePayment : state.byHand ? w.howToPay : w.payNow}
            </ButtonLink>
            {left && (
              <Text size="sm" c="dimmed" className={classes.left}>
                {state.byHand ? w.keptUntil(dateTime(order.expiresAt ?? "")) : w.timeLeft(left)}
              </Text>
            )}
          </Group>
        )}
        {isAdmin && state.kind === "due" && !state.byHand && (
          <Suspense>
            <ExpectByHand orderId={order.id} />
          </Suspense>
        )}
        {!own && state.kind === "due" && left && (
          <Text size="sm" c="dimmed">
            {`${t.due}: ${dateTime(order.expiresAt ?? "")}`}
          </Text>
        )}
      </Stack>
    </Card>
  );
}
