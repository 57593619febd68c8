import { Anchor } from "@mantine/core";
import type { ReactNode } from "react";
import type { Order } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { orders } from "@/i18n/en/orders";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { dateTime, day, daysUntil } from "@/ui/format";
import { TextLink } from "@/ui/links";
import { isOver } from "@/ui/orderFacts";
import { addressLines } from "./address";
import classes from "./parts.module.css";

type Props = {
  order: Order;
  /** For its customer, who knows who they are. */
  own: boolean;
};

/** What was ordered in words, for when, for whom, and where it goes. */
export function OrderDetails({ order, own }: Props) {
  const t = useWords(orders);
  const words = useWords(common);
  const { customer, shippingAddress, estimatedCompletion: wanted, assignee } = order;
  const isLate = wanted !== null && !isOver(order) && daysUntil(wanted) < 0;
  const rows: [string, ReactNode][] = [
    [words.description, order.description && <span className={classes.said}>{order.description}</span>],
    [t.instructions, order.specialInstructions && <span className={classes.said}>{order.specialInstructions}</span>],
    [
      t.wantedBy,
      wanted && (
        <span className={isLate ? classes.late : undefined}>
          {day(wanted)}
          {isLate && ` · ${t.late}`}
        </span>
      ),
    ],
    [
      words.customer,
      !own && (
        <>
          {customer.name}
          {customer.email && (
            <>
              {" · "}
              <Anchor href={`mailto:${customer.email}`}>{customer.email}</Anchor>
            </>
          )}
          {order.guest && ` · ${t.guest}`}
        </>
      ),
    ],
    [
      t.address,
      shippingAddress && (
        <address className={classes.address}>{addressLines(shippingAddress, customer.name).join("\n")}</address>
      ),
    ],
    [words.worker, assignee?.name],
    [t.placedAt, dateTime(order.createdAt)],
    [t.completedAt, order.completedAt && dateTime(order.completedAt)],
    [t.replaces, order.replacesId && <Other id={order.replacesId} />],
    [t.replacedBy, order.replacedById && <Other id={order.replacedById} />],
  ];
  return (
    <Card title={t.details}>
      <dl className={classes.details}>
        {rows.map(
          ([term, value]) =>
            value && (
              <Row key={term} term={term}>
                {value}
              </Row>
            ),
        )}
      </dl>
    </Card>
  );
}

function Row({ term, children }: { term: string; children: ReactNode }) {
  return (
    <>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Other({ id }: { id: string }) {
  const t = useWords(orders);
  return (
    <TextLink to="/orders/$orderId" params={{ orderId: id }}>
      {t.openOther}
    </TextLink>
  );
}
