import { MessageSquare } from "lucide-react";
import type { Order } from "@/api/schema";
import { work } from "@/i18n/en/work";
import { useWords } from "@/i18n/language";
import { day, money } from "@/ui/format";
import { TextLink } from "@/ui/links";
import { isOver } from "@/ui/orderFacts";
import { OrderStamp } from "@/ui/Stamp";
import { DueDate } from "./DueDate";
import { LatestProgress } from "./LatestProgress";
import { orderName } from "./orderName";
import classes from "./Work.module.css";

type Props = {
  order: Order;
  unread: number;
  /** Each costs a call, so long lists show it for the first orders only. */
  withProgress: boolean;
};

/** An order of the worker's, in one line. */
export function WorkRow({ order, unread, withProgress }: Props) {
  const t = useWords(work).mine;
  return (
    <li className={classes.row}>
      <div>
        <TextLink to="/orders/$orderId" params={{ orderId: order.id }} fw={600}>
          {orderName(order)}
        </TextLink>
        <div className={classes.facts}>
          <span className="code">{order.orderNumber}</span>
          <span>{order.customer.name}</span>
          <span>{money(order.total)}</span>
        </div>
      </div>
      <div>{withProgress && !isOver(order) && <LatestProgress orderId={order.id} />}</div>
      <div className={classes.due}>
        {order.completedAt ? t.completedOn(day(order.completedAt)) : <DueDate time={order.estimatedCompletion} />}
      </div>
      <div className={classes.end}>
        {unread > 0 && (
          <span className={classes.unread}>
            <MessageSquare size={15} aria-hidden="true" />
            {t.unread(unread)}
          </span>
        )}
        <OrderStamp status={order.status} />
      </div>
    </li>
  );
}
