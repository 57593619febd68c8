import { Skeleton, Stack, Text } from "@mantine/core";
import { $api } from "@/api/client";
import type { User } from "@/api/schema";
import { adminPeople } from "@/i18n/en/adminPeople";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { FailureNote } from "@/ui/Failure";
import { day, money, number } from "@/ui/format";
import { TextLink } from "@/ui/links";
import { isUnpriced } from "@/ui/orderFacts";
import { OrderStamp } from "@/ui/Stamp";
import classes from "./UserOrders.module.css";

const SHOWN = 5;

/** The newest orders that a user placed. */
export function UserOrders({ user }: { user: User }) {
  const { users: w } = useWords(adminPeople);
  const query = { customerId: user.id, limit: SHOWN, total: true };
  const orders = $api.useQuery("get", "/api/v1/orders", { params: { query } });
  const items = orders.data?.items;
  const all = items && items.length > 0 && (
    <TextLink to="/admin/orders" search={{ customerId: user.id }} size="sm">
      {w.allOrders(number(orders.data?.total ?? items.length))}
    </TextLink>
  );
  return (
    <Card title={w.ordersPlaced} aside={all}>
      {orders.isError && <FailureNote error={orders.error} onRetry={() => void orders.refetch()} />}
      {orders.isPending && (
        <Stack gap="sm">
          {Array.from({ length: SHOWN }, (_, index) => (
            <Skeleton key={index} height="1.5rem" />
          ))}
        </Stack>
      )}
      {items?.length === 0 && <Text c="dimmed">{w.noOrders}</Text>}
      {items && items.length > 0 && (
        <ul className={classes.orders}>
          {items.map((order) => (
            <li key={order.id} className={classes.order}>
              <TextLink to="/orders/$orderId" params={{ orderId: order.id }} className="code">
                {order.orderNumber}
              </TextLink>
              <OrderStamp status={order.status} />
              <time dateTime={order.createdAt} className={classes.day}>
                {day(order.createdAt)}
              </time>
              <span className={classes.total}>{isUnpriced(order) ? w.noPrice : money(order.total)}</span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
