import { Skeleton, Stack, Text } from "@mantine/core";
import { ShoppingBag } from "lucide-react";
import type { ReactNode } from "react";
import type { Order } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { orders } from "@/i18n/en/orders";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { Empty } from "@/ui/Empty";
import { FailureNote } from "@/ui/Failure";
import { day } from "@/ui/format";
import { ButtonLink, TextLink } from "@/ui/links";
import { OrderStamp } from "@/ui/Stamp";
import { useNow } from "@/ui/useNow";
import classes from "./CustomerDashboard.module.css";
import { titleOf } from "./orderTitle";
import { useCustomerOrders } from "./useCustomerOrders";
import { WaitingCard } from "./WaitingCard";
import { waitingFor } from "./waiting";

/** Orders that are shown; the list has the others. */
const SHOWN = 6;

type Props = {
  /** The newest messages, and which of them are unread. */
  messages: ReactNode;
  /** An order's stages in one line. */
  tracker: (order: Order) => ReactNode;
  /** How far the work on an order is. */
  progress: (order: Order) => ReactNode;
};

/** What a customer comes for: what waits for them, how far their orders are, what was said. */
export function CustomerDashboard({ messages, tracker, progress }: Props) {
  const t = useWords(orders);
  const words = useWords(common);
  const now = useNow();
  const { active, activeTotal, ended, error, reload } = useCustomerOrders();
  if (error) return <FailureNote error={error} onRetry={reload} />;
  if (active?.length === 0 && ended?.length === 0) {
    const action = <ButtonLink to="/products">{t.toShop}</ButtonLink>;
    const icon = <ShoppingBag size={32} aria-hidden="true" />;
    return <Empty icon={icon} title={t.noOrders} hint={t.noOrdersHint} action={action} />;
  }
  const waiting = waitingFor([...(active ?? []), ...(ended ?? [])], now);
  return (
    <div className={classes.columns}>
      <Stack gap="lg">
        {waiting.length > 0 && <WaitingCard waiting={waiting} now={now} />}
        <Card title={t.activeOrders} aside={<TextLink to="/orders">{t.allOrders}</TextLink>} flush>
          {!active && <Rows count={3} />}
          {active?.length === 0 && (
            <Text c="dimmed" className={classes.row}>
              {t.noActive}
            </Text>
          )}
          {active?.slice(0, SHOWN).map((order) => (
            <article key={order.id} className={classes.row}>
              <Headline order={order} />
              {tracker(order)}
              {order.status === "IN_PROGRESS" && order.kind !== "GOODS" && progress(order)}
            </article>
          ))}
          {activeTotal > SHOWN && (
            <div className={classes.row}>
              <TextLink to="/orders" search={{ status: ["PENDING", "IN_PROGRESS", "ON_HOLD"] }}>
                {t.moreActive(activeTotal - SHOWN)}
              </TextLink>
            </div>
          )}
        </Card>
      </Stack>
      <Stack gap="lg">
        {messages}
        <Card title={t.recentlyEnded} flush>
          {!ended && <Rows count={2} />}
          {ended?.length === 0 && (
            <Text c="dimmed" className={classes.row}>
              {words.nothingHere}
            </Text>
          )}
          {ended?.map((order) => (
            <article key={order.id} className={classes.row}>
              <Headline order={order} />
              <span className={classes.ended}>
                <OrderStamp status={order.status} />
                <span className={classes.meta}>{day(order.completedAt ?? order.updatedAt)}</span>
              </span>
            </article>
          ))}
        </Card>
      </Stack>
    </div>
  );
}

function Headline({ order }: { order: Order }) {
  return (
    <h3 className={classes.headline}>
      <TextLink to="/orders/$orderId" params={{ orderId: order.id }}>
        {titleOf(order) || order.orderNumber}
      </TextLink>
      <span className={`code ${classes.meta}`}>{order.orderNumber}</span>
    </h3>
  );
}

function Rows({ count }: { count: number }) {
  return Array.from({ length: count }, (_, index) => (
    <div key={index} className={classes.row} aria-busy="true">
      <Skeleton height="1.2rem" width="60%" />
      <Skeleton height="0.8rem" />
    </div>
  ));
}
