import { Group, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import type { Order } from "@/api/schema";
import { adminOrders } from "@/i18n/en/adminOrders";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { day, money } from "@/ui/format";
import { isUnpriced } from "@/ui/orderFacts";
import { OrderStamp, PaymentStamp } from "@/ui/Stamp";
import { Ago } from "@/ui/Time";
import classes from "./OrderSummary.module.css";

/** What a decision about an order needs to know of it. */
export function OrderSummary({ order }: { order: Order }) {
  const t = useWords(adminOrders);
  const c = useWords(common);
  return (
    <Stack gap="xs" className={classes.summary}>
      <Group gap="xs">
        <OrderStamp status={order.status} />
        {!isUnpriced(order) && <PaymentStamp status={order.paymentStatus} />}
      </Group>
      {order.title && <strong>{order.title}</strong>}
      {order.description && <p className={classes.text}>{order.description}</p>}
      {order.specialInstructions && <p className={classes.text}>{order.specialInstructions}</p>}
      {order.items.length > 0 && (
        <ul className={classes.items}>
          {order.items.map((item, index) => (
            <li key={index}>
              {item.quantity} × {item.name} <span className="figures">{money(item.lineTotal)}</span>
            </li>
          ))}
        </ul>
      )}
      <dl className={classes.facts}>
        <Fact name={c.total}>{isUnpriced(order) ? t.noPrice : money(order.total)}</Fact>
        <Fact name={c.customer}>{order.customer.name || order.customer.email}</Fact>
        <Fact name={c.worker}>{order.assignee?.name ?? c.nobody}</Fact>
        <Fact name={t.placed}>
          <Ago time={order.createdAt} />
        </Fact>
        {order.estimatedCompletion && <Fact name={c.due}>{day(order.estimatedCompletion)}</Fact>}
      </dl>
    </Stack>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
