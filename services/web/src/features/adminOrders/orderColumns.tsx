import type { Order } from "@/api/schema";
import { adminOrders } from "@/i18n/en/adminOrders";
import { common } from "@/i18n/en/common";
import { wordsOf } from "@/i18n/language";
import type { Column } from "@/ui/DataTable";
import { day, money } from "@/ui/format";
import { TextLink } from "@/ui/links";
import { isUnpriced } from "@/ui/orderFacts";
import { OrderStamp, PaymentStamp, Stamp } from "@/ui/Stamp";
import { Ago } from "@/ui/Time";
import type { ColumnId } from "./columns";
import classes from "./orderColumns.module.css";

/** What was ordered, in one line. */
export function contents(order: Order): string {
  const [first, ...more] = order.items;
  const text = order.title || first?.name || order.description || "";
  return !order.title && more.length > 0 ? `${text} +${more.length}` : text;
}

const customerName = ({ customer }: Order): string => customer.name || (customer.email ?? "");

const soft = (text: string) => <span className={classes.soft}>{text}</span>;

/** The titles of the columns. */
export function columnTitles(): Record<ColumnId, string> {
  const [t, c] = [wordsOf(adminOrders), wordsOf(common)];
  return {
    what: t.what,
    customer: c.customer,
    status: c.status,
    payment: c.payment,
    worker: c.worker,
    total: c.total,
    created: t.placed,
    kind: t.kind,
    quote: t.quote,
    changed: c.changed,
    due: c.due,
    expires: t.expires,
  };
}

function cells(): Record<ColumnId, Omit<Column<Order>, "id" | "title">> {
  const [t, c] = [wordsOf(adminOrders), wordsOf(common)];
  return {
    what: { cell: (order) => contents(order), hint: contents, grow: true },
    customer: { cell: customerName, hint: customerName, shrink: true },
    status: { cell: ({ status }) => <OrderStamp status={status} /> },
    // As on the page of the order: without a price there is nothing to pay yet.
    payment: { cell: (order) => !isUnpriced(order) && <PaymentStamp status={order.paymentStatus} /> },
    worker: {
      cell: ({ assignee, kind }) => assignee?.name ?? (kind === "GOODS" ? "" : soft(c.nobody)),
      hint: ({ assignee }) => assignee?.name ?? undefined,
      shrink: true,
    },
    total: { cell: (order) => (isUnpriced(order) ? soft(t.noPrice) : money(order.total)), right: true },
    created: { cell: ({ createdAt }) => <Ago time={createdAt} /> },
    kind: { cell: ({ kind }) => c.kind[kind], wide: true },
    quote: { cell: ({ quote }) => quote && <Stamp tone="waiting">{t.quoteState[quote.state]}</Stamp> },
    changed: { cell: ({ updatedAt }) => <Ago time={updatedAt} />, wide: true },
    due: { cell: ({ estimatedCompletion }) => estimatedCompletion && day(estimatedCompletion) },
    expires: { cell: ({ expiresAt }) => expiresAt && <Ago time={expiresAt} />, wide: true },
  };
}

/** The columns of the list: the number, and the chosen ones. */
export function orderColumns(chosen: readonly ColumnId[]): Column<Order>[] {
  const [titles, all] = [columnTitles(), cells()];
  return [
    {
      id: "number",
      title: wordsOf(common).order,
      cell: (order) => (
        <TextLink to="/orders/$orderId" params={{ orderId: order.id }} className="code">
          {order.orderNumber}
        </TextLink>
      ),
    },
    ...chosen.map((id) => ({ ...all[id], id, title: titles[id] })),
  ];
}
