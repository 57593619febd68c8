import type { Order } from "@/api/schema";
import { useShop } from "@/api/useShop";
import { addressLines } from "@/features/orders/address";
import { LineTable } from "@/features/orders/LineTable";
import { titleOf } from "@/features/orders/orderTitle";
import { common } from "@/i18n/en/common";
import { orders } from "@/i18n/en/orders";
import { useWords } from "@/i18n/language";
import { day } from "@/ui/format";
import classes from "./Slip.module.css";

/** The order on paper: what, for whom, where to. Only printers see it. */
export function Slip({ order }: { order: Order }) {
  const t = useWords(orders);
  const words = useWords(common);
  const { name } = useShop();
  const { customer, shippingAddress } = order;
  return (
    <div className={classes.slip}>
      <header className={classes.head}>
        <div>
          <strong className={classes.shop}>{name}</strong>
          <p className={classes.number}>{t.orderTitle(order.orderNumber)}</p>
        </div>
        <dl className={classes.facts}>
          <dt>{t.placedAt}</dt>
          <dd>{day(order.createdAt)}</dd>
          {order.estimatedCompletion && (
            <>
              <dt>{t.wantedBy}</dt>
              <dd>{day(order.estimatedCompletion)}</dd>
            </>
          )}
          <dt>{words.payment}</dt>
          <dd>{words.paymentStatus[order.paymentStatus]}</dd>
        </dl>
      </header>
      <section className={classes.people}>
        <div>
          <h2>{words.customer}</h2>
          <p>
            {customer.name}
            <br />
            {customer.email}
          </p>
        </div>
        {shippingAddress && (
          <div>
            <h2>{t.address}</h2>
            <address>{addressLines(shippingAddress, customer.name).join("\n")}</address>
          </div>
        )}
      </section>
      {titleOf(order) && <h2>{titleOf(order)}</h2>}
      {order.description && <p className={classes.text}>{order.description}</p>}
      {order.specialInstructions && (
        <>
          <h2>{t.instructions}</h2>
          <p className={classes.text}>{order.specialInstructions}</p>
        </>
      )}
      {order.items.length > 0 && <LineTable lines={order.items} total={order.total} refunded={order.refunded} />}
    </div>
  );
}
