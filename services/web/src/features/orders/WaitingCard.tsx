import { orders } from "@/i18n/en/orders";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { deadline } from "@/ui/deadline";
import { money } from "@/ui/format";
import { ButtonLink, TextLink } from "@/ui/links";
import classes from "./CustomerDashboard.module.css";
import { titleOf } from "./orderTitle";
import type { Waiting } from "./waiting";

/** What waits for the customer, with the button that does it. */
export function WaitingCard({ waiting, now }: { waiting: Waiting[]; now: number }) {
  const t = useWords(orders);
  return (
    <Card title={t.waitingForYou(waiting.length)} flush>
      {waiting.map(({ order, what, until }) => (
        <div key={order.id} className={`${classes.row} ${classes.todo}`}>
          <span>
            <TextLink to="/orders/$orderId" params={{ orderId: order.id }}>
              {titleOf(order) || order.orderNumber}
            </TextLink>
            <br />
            <span className={classes.meta}>
              {t[what === "pay" ? "payUntil" : "answerUntil"](until && deadline(until, now))}
            </span>
          </span>
          {what === "pay" ? (
            <ButtonLink to="/pay/$orderId" params={{ orderId: order.id }} size="xs">
              {t.pay(money(order.total))}
            </ButtonLink>
          ) : (
            <ButtonLink to="/orders/$orderId" params={{ orderId: order.id }} size="xs">
              {t.readOffer}
            </ButtonLink>
          )}
        </div>
      ))}
    </Card>
  );
}
