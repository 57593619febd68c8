import { Skeleton, Stack } from "@mantine/core";
import { HardHat } from "lucide-react";
import type { Order } from "@/api/schema";
import { work } from "@/i18n/en/work";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { Empty } from "@/ui/Empty";
import { FailureNote } from "@/ui/Failure";
import { ButtonLink, TextLink } from "@/ui/links";
import { useNow } from "@/ui/useNow";
import { DashboardFigures } from "./DashboardFigures";
import { DashboardPool } from "./DashboardPool";
import { DashboardRequests } from "./DashboardRequests";
import { doneLately, groupWork, nextWork } from "./dueGroups";
import { useDoneWork, useOpenWork, useWorkEvents } from "./useMyWork";
import { useUnread } from "./useUnread";
import { useWorkload } from "./useWorkload";
import classes from "./Work.module.css";
import { Workload } from "./Workload";
import { WorkRow } from "./WorkRow";

/** Orders of the list of what is next. */
const NEXT = 8;
/** Enough to count what was done in a week. */
const DONE = 100;

const ALL = {};

/** The worker's start page: what is due, what waits for a decision, and what the pool has. */
export function WorkerDashboard() {
  const now = useNow(60_000);
  const open = useOpenWork(ALL);
  const done = useDoneWork(ALL, DONE);
  const { data: load } = useWorkload();
  const orders = open.data?.pages.flatMap(({ items }) => items);
  useWorkEvents(orders);
  if (open.isError && !orders) return <FailureNote error={open.error} onRetry={() => void open.refetch()} />;
  if (!orders) return <Skeleton height="32rem" />;
  const groups = groupWork(orders, now);
  return (
    <Stack gap="md">
      <DashboardFigures groups={groups} done={doneLately(done.data?.items ?? [], now).length} load={load} />
      <div className={classes.columns}>
        <div className={classes.column}>
          <NextWork orders={nextWork(groups, NEXT)} held={groups.held.length} />
          <DashboardRequests orders={orders} now={now} />
        </div>
        <div className={classes.column}>
          <Card>
            <Workload />
          </Card>
          <DashboardPool />
        </div>
      </div>
    </Stack>
  );
}

/** What to do next, the most urgent first. */
function NextWork({ orders, held }: { orders: readonly Order[]; held: number }) {
  const t = useWords(work);
  const unread = useUnread();
  if (orders.length === 0) {
    return (
      <Card title={t.dashboard.next}>
        <Empty
          icon={<HardHat aria-hidden="true" />}
          title={held > 0 ? t.dashboard.allHeld(held) : t.mine.empty}
          hint={t.mine.emptyHint}
          action={<ButtonLink to="/pool">{t.mine.toPool}</ButtonLink>}
        />
      </Card>
    );
  }
  return (
    <Card flush title={t.dashboard.next} aside={<TextLink to="/work">{t.dashboard.allWork}</TextLink>}>
      <ul className={classes.rows}>
        {orders.map((order) => (
          <WorkRow key={order.id} order={order} unread={unread.get(order.id) ?? 0} withProgress />
        ))}
      </ul>
    </Card>
  );
}
