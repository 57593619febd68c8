import { SimpleGrid, Skeleton, Text } from "@mantine/core";
import type { OrderBucket } from "@/api/schema";
import { adminOrders } from "@/i18n/en/adminOrders";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { FailureNote } from "@/ui/Failure";
import { money, number } from "@/ui/format";
import { TextLink } from "@/ui/links";
import { extent, type Point, utcDay } from "./figures";
import { Sparkline } from "./Sparkline";
import classes from "./Trends.module.css";
import { useTrends } from "./useDashboard";

/** Revenue and orders of the last 30 days as small lines, and as a table. */
export function Trends() {
  const t = useWords(adminOrders);
  const { data, isError, error, refetch } = useTrends();
  const buckets = data?.buckets ?? [];
  const currency = data?.totals.revenue.currency ?? "USD";
  const revenue = buckets.map(({ start, totals }) => ({ at: start, value: totals.revenue.amount }));
  const placed = buckets.map(({ start, totals }) => ({ at: start, value: totals.placed }));
  const more = <TextLink to="/admin/analytics">{t.toAnalytics}</TextLink>;
  return (
    <Card title={t.trends} aside={more}>
      {isError && <FailureNote error={error} onRetry={() => void refetch()} />}
      {!data && !isError && <Skeleton height="11rem" />}
      {data && (
        <>
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="lg">
            <Trend title={t.revenue} points={revenue} say={(amount) => money({ amount, currency })} />
            <Trend title={t.ordersPlaced} points={placed} say={number} />
          </SimpleGrid>
          <Days buckets={buckets} />
        </>
      )}
    </Card>
  );
}

function Trend({ title, points, say }: { title: string; points: Point[]; say: (value: number) => string }) {
  const t = useWords(adminOrders);
  const known = extent(points);
  const [first, last] = [points[0], points.at(-1)];
  if (!known || !first || !last) return null;
  const text = t.trendText({
    title,
    from: utcDay(first.at),
    to: utcDay(last.at),
    total: say(known.total),
    highest: say(known.highest.value),
    highestOn: utcDay(known.highest.at),
    lowest: say(known.lowest.value),
  });
  return (
    <div>
      <h3 className={classes.title}>{title}</h3>
      <p className={classes.highest}>{t.highest(say(known.highest.value), utcDay(known.highest.at))}</p>
      <Sparkline points={points} label={text} />
      <Text size="xs" c="dimmed" className={classes.ends}>
        <span>{utcDay(first.at)}</span>
        <span>{utcDay(last.at)}</span>
      </Text>
    </div>
  );
}

/** The same figures as a table, on demand. Newest first. */
function Days({ buckets }: { buckets: OrderBucket[] }) {
  const t = useWords(adminOrders);
  const c = useWords(common);
  return (
    <details className={classes.days}>
      <summary>{t.asTable}</summary>
      <div className={classes.scroll}>
        <table className={`${classes.table} figures`}>
          <thead>
            <tr>
              <th scope="col">{c.date}</th>
              <th scope="col">{t.revenue}</th>
              <th scope="col">{t.ordersPlaced}</th>
              <th scope="col">{t.ordersPaid}</th>
            </tr>
          </thead>
          <tbody>
            {[...buckets].reverse().map(({ start, totals }) => (
              <tr key={start}>
                <th scope="row">{utcDay(start)}</th>
                <td>{money(totals.revenue)}</td>
                <td>{number(totals.placed)}</td>
                <td>{number(totals.paid)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
