import { Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { ArrowLeft, ArrowRight } from "lucide-react";
import type { Order } from "@/api/schema";
import { adminOrders } from "@/i18n/en/adminOrders";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { TextLink } from "@/ui/links";
import classes from "./CustomerSection.module.css";
import { OrderLink } from "./OrderLink";

/** Who ordered, and where to find more of it: their account and orders, payments and bookings, and the orders before and after. */
export function CustomerSection({ order }: { order: Order }) {
  const t = useWords(adminOrders);
  const c = useWords(common);
  const { customer } = order;
  return (
    <Card title={c.customer}>
      <Stack gap="xs">
        <div>
          {order.guest ? (
            <Text>
              {customer.name}{" "}
              <Text span c="dimmed">
                ({t.guest})
              </Text>
            </Text>
          ) : (
            <TextLink to="/admin/users/$userId" params={{ userId: customer.id }}>
              {customer.name || customer.email}
            </TextLink>
          )}
          {customer.email && (
            <div>
              <a className={classes.mail} href={`mailto:${customer.email}`}>
                {customer.email}
              </a>
            </div>
          )}
        </div>
        <ul className={classes.links}>
          <li>
            <Link to="/admin/orders" search={{ customerId: customer.id }}>
              {t.ordersOfCustomer}
            </Link>
          </li>
          <li>
            <Link to="/admin/payments" search={{ orderId: order.id }}>
              {t.paymentsOfOrder}
            </Link>
          </li>
          <li>
            <Link to="/admin/ledger" search={{ orderId: order.id }}>
              {t.bookingsOfOrder}
            </Link>
          </li>
          {order.replacesId && (
            <li>
              <ArrowLeft size={14} aria-hidden="true" /> {t.replaces} <OrderLink id={order.replacesId} />
            </li>
          )}
          {order.replacedById && (
            <li>
              <ArrowRight size={14} aria-hidden="true" /> {t.replacedBy} <OrderLink id={order.replacedById} />
            </li>
          )}
        </ul>
      </Stack>
    </Card>
  );
}
