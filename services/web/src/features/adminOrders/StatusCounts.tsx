import { Skeleton } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { OrdersByStatus } from "@/api/schema";
import { adminOrders } from "@/i18n/en/adminOrders";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { number, percent } from "@/ui/format";
import { ORDER_STATUSES } from "@/ui/orderFacts";
import { OrderStamp } from "@/ui/Stamp";
import classes from "./StatusCounts.module.css";

/** All orders by their status, each a link to them. */
export function StatusCounts({ counts }: { counts: OrdersByStatus | undefined }) {
  const t = useWords(adminOrders);
  const all = ORDER_STATUSES.reduce((sum, status) => sum + (counts?.[status] ?? 0), 0);
  return (
    <Card title={t.byStatus} flush>
      <ul className={classes.list}>
        {ORDER_STATUSES.map((status) => (
          <li key={status}>
            <Link to="/admin/orders" search={{ status: [status] }} className={classes.row}>
              <OrderStamp status={status} />
              {counts ? (
                <span className="figures">
                  {number(counts[status])}
                  <span className={classes.share}>{all > 0 ? percent(counts[status] / all) : ""}</span>
                </span>
              ) : (
                <Skeleton width="4rem" height="1rem" />
              )}
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  );
}
