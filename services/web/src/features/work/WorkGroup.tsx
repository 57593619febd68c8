import type { Order } from "@/api/schema";
import { Card } from "@/ui/Card";
import classes from "./Work.module.css";
import { WorkRow } from "./WorkRow";

type Props = {
  title: string;
  orders: readonly Order[];
  unread: ReadonlyMap<string, number>;
  /** Orders that show their progress. */
  withProgress?: ReadonlySet<string>;
};

/** Orders that belong together, such as those that are overdue. */
export function WorkGroup({ title, orders, unread, withProgress }: Props) {
  if (orders.length === 0) return null;
  return (
    <Card flush title={title} aside={<span className="figures">{orders.length}</span>}>
      <ul className={classes.rows}>
        {orders.map((order) => (
          <WorkRow
            key={order.id}
            order={order}
            unread={unread.get(order.id) ?? 0}
            withProgress={withProgress?.has(order.id) ?? false}
          />
        ))}
      </ul>
    </Card>
  );
}
