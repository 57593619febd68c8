import { Text } from "@mantine/core";
import type { Order } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { work } from "@/i18n/en/work";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { TextLink } from "@/ui/links";
import { Stamp } from "@/ui/Stamp";
import { Ago } from "@/ui/Time";
import { orderName } from "./orderName";
import { useDecisions, useOpenRequests } from "./useOwnRequests";
import classes from "./Work.module.css";

const DAYS = 7;
const MOST = 5;

/** Requests that wait for a decision, and the latest decisions. */
export function DashboardRequests({ orders, now }: { orders: readonly Order[]; now: number }) {
  const c = useWords(common);
  const t = useWords(work).dashboard;
  const open = useOpenRequests(orders);
  const decisions = useDecisions(now, DAYS).slice(0, MOST);
  return (
    <Card title={t.requests}>
      {open.length === 0 && decisions.length === 0 && <Text c="dimmed">{t.noRequests}</Text>}
      <ul className={classes.lines}>
        {open.map(({ request, order }) => (
          <li key={request.id}>
            <div>
              <TextLink to="/orders/$orderId" params={{ orderId: order.id }}>
                {orderName(order)}
              </TextLink>
              <div className={classes.facts}>
                <span>{c.requestKind[request.kind]}</span>
                <Ago time={request.createdAt} />
              </div>
            </div>
            <Stamp tone="waiting">{c.requestState.PENDING}</Stamp>
          </li>
        ))}
        {decisions.map(({ id, title, body, orderId, createdAt }) => (
          <li key={id}>
            <div>
              {orderId ? (
                <TextLink to="/orders/$orderId" params={{ orderId }}>
                  {title}
                </TextLink>
              ) : (
                title
              )}
              <div className={classes.facts}>
                <span>{body}</span>
                <Ago time={createdAt} />
              </div>
            </div>
          </li>
        ))}
      </ul>
    </Card>
  );
}
