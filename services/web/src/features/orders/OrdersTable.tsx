import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Order } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { orders } from "@/i18n/en/orders";
import { useWords } from "@/i18n/language";
import { type Column, DataTable } from "@/ui/DataTable";
import { day, money } from "@/ui/format";
import { TextLink } from "@/ui/links";
import { isUnpriced } from "@/ui/orderFacts";
import { OrderStamp, PaymentStamp } from "@/ui/Stamp";
import classes from "./OrdersTable.module.css";
import { titleOf } from "./orderTitle";

type Props = {
  rows: Order[] | undefined;
  /** The order's stages in one line. */
  tracker: (order: Order) => ReactNode;
  empty: ReactNode;
};

/** A customer's orders, each with how far it is. */
export function OrdersTable({ rows, tracker, empty }: Props) {
  const t = useWords(orders);
  const words = useWords(common);
  const navigate = useNavigate();
  const columns: Column<Order>[] = [
    {
      id: "order",
      title: words.order,
      grow: true,
      hint: titleOf,
      cell: (order) => (
        <span className={classes.order}>
          <TextLink to="/orders/$orderId" params={{ orderId: order.id }} className="code">
            {order.orderNumber}
          </TextLink>
          <span className={classes.title}>{titleOf(order)}</span>
        </span>
      ),
    },
    { id: "stages", title: t.stage, cell: tracker },
    {
      id: "status",
      title: words.status,
      cell: (order) => (
        <span className={classes.stamps}>
          <OrderStamp status={order.status} />
          {!isUnpriced(order) && <PaymentStamp status={order.paymentStatus} />}
        </span>
      ),
    },
    {
      id: "placed",
      title: t.placedAt,
      cell: (order) => <time dateTime={order.createdAt}>{day(order.createdAt)}</time>,
    },
    {
      id: "total",
      title: words.total,
      right: true,
      cell: (order) => (isUnpriced(order) ? t.noPriceYet : money(order.total)),
    },
  ];
  return (
    <DataTable
      label={words.orders}
      columns={columns}
      rows={rows}
      id={(order) => order.id}
      name={(order) => order.orderNumber}
      onOpen={(order) => void navigate({ to: "/orders/$orderId", params: { orderId: order.id } })}
      expected={8}
      empty={empty}
    />
  );
}
