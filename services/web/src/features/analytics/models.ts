import type { OrderAnalytics, OrderStatus, UserAnalytics } from "@/api/schema";
import { adminPeople } from "@/i18n/en/adminPeople";
import { common } from "@/i18n/en/common";
import { wordsOf } from "@/i18n/language";
import type { ChartModel, Look, Series, Unit } from "./chartModel";
import { bucketLabel, tickLabel } from "./labels";
import { before, buckets, length, type Period } from "./period";
import { alignedBefore, type Point, series } from "./series";

/** Figures of a period, and of the one before, which may load later or fail. */
export type Compared<T> = { now: T; earlier: T | undefined };

const words = () => wordsOf(adminPeople).analytics;

type Measure<B> = { id: string; name: string; unit: Unit; look?: Look; value: (bucket: B) => number };

/** A chart over time: the measures, and the first of them in the period before. */
function overTime<B extends { start: string }>(
  { now, earlier }: Compared<B[]>,
  period: Period,
  currency: string,
  measures: [Measure<B>, ...Measure<B>[]],
): ChartModel {
  const firsts = buckets(period);
  const points = (rows: B[], { value }: Measure<B>): Point[] =>
    rows.map((bucket) => ({ start: bucket.start, value: value(bucket) }));
  const drawn: Series[] = measures.map((measure) => {
    const { id, name, unit, look } = measure;
    return { id, name, unit, values: series(points(now, measure), period), ...(look && { look }) };
  });
  if (earlier) {
    const [first] = measures;
    drawn.push({
      id: "before",
      name: words().before(first.name, length(period)),
      unit: first.unit,
      look: "before",
      values: alignedBefore(points(earlier, first), before(period), period),
    });
  }
  return {
    kind: "lines",
    axis: words().buckets[period.bucket],
    labels: firsts.map((first) => bucketLabel(first, period.bucket)),
    ticks: firsts.map((first) => tickLabel(first, period.bucket)),
    keys: firsts,
    series: drawn,
    currency,
  };
}

const orderBuckets = ({ now, earlier }: Compared<OrderAnalytics>) => ({ now: now.buckets, earlier: earlier?.buckets });

export function revenueModel(orders: Compared<OrderAnalytics>, period: Period): ChartModel {
  const w = words();
  return overTime(orderBuckets(orders), period, orders.now.totals.revenue.currency, [
    { id: "revenue", name: w.revenue, unit: "money", look: "main", value: ({ totals }) => totals.revenue.amount },
    { id: "refunded", name: w.refunded, unit: "money", value: ({ totals }) => totals.refunded.amount },
  ]);
}

export function ordersModel(orders: Compared<OrderAnalytics>, period: Period): ChartModel {
  const w = words();
  return overTime(orderBuckets(orders), period, orders.now.totals.revenue.currency, [
    { id: "placed", name: w.placed, unit: "count", look: "main", value: ({ totals }) => totals.placed },
    { id: "completed", name: w.completed, unit: "count", look: "second", value: ({ totals }) => totals.completed },
    { id: "paid", name: w.paid, unit: "count", value: ({ totals }) => totals.paid },
    { id: "cancelled", name: w.cancelled, unit: "count", value: ({ totals }) => totals.cancelled },
  ]);
}

export function registrationsModel({ now, earlier }: Compared<UserAnalytics>, period: Period): ChartModel {
  const w = words();
  return overTime({ now: now.buckets, earlier: earlier?.buckets }, period, "USD", [
    { id: "all", name: w.registrations, unit: "count", look: "main", value: ({ registered }) => registered.all },
    { id: "customers", name: w.customers, unit: "count", value: ({ registered }) => registered.customers },
    { id: "staff", name: w.staff, unit: "count", value: ({ registered }) => registered.staff },
    { id: "admins", name: w.admins, unit: "count", value: ({ registered }) => registered.admins },
  ]);
}

const STATUSES: [OrderStatus, Look][] = [
  ["PENDING", "waiting"],
  ["IN_PROGRESS", "working"],
  ["ON_HOLD", "held"],
  ["COMPLETED", "done"],
  ["CANCELLED", "over"],
];

export function statusModel({ ordersByStatus, totals }: OrderAnalytics): ChartModel {
  const t = wordsOf(common);
  const values = STATUSES.map(([status]) => ordersByStatus[status]);
  return {
    kind: "bars",
    axis: t.status,
    labels: STATUSES.map(([status]) => t.orderStatus[status]),
    keys: STATUSES.map(([status]) => status),
    looks: STATUSES.map(([, look]) => look),
    series: [{ id: "orders", name: t.orders, unit: "count", look: "main", values }],
    currency: totals.revenue.currency,
  };
}

export function productsModel({ topProducts, totals }: OrderAnalytics, rows: number): ChartModel {
  const w = words();
  const shown = topProducts.slice(0, rows);
  const revenues = shown.map(({ revenue }) => revenue.amount);
  return {
    kind: "bars",
    axis: w.product,
    labels: shown.map(({ name }) => name || w.goneProduct),
    series: [
      { id: "revenue", name: w.revenue, unit: "money", look: "main", values: revenues },
      { id: "units", name: w.units, unit: "count", values: shown.map(({ units }) => units) },
    ],
    currency: totals.revenue.currency,
  };
}

export function workersModel({ workers, totals }: OrderAnalytics, rows: number): ChartModel {
  const t = wordsOf(common);
  const w = words();
  const shown = workers.slice(0, rows);
  return {
    kind: "bars",
    axis: t.worker,
    labels: shown.map(({ name }) => name),
    series: [
      { id: "completed", name: w.completed, unit: "count", look: "main", values: shown.map((one) => one.completed) },
      { id: "claimed", name: w.claimed, unit: "count", look: "second", values: shown.map((one) => one.claimed) },
      { id: "value", name: w.completedTotal, unit: "money", values: shown.map((one) => one.completedTotal.amount) },
      { id: "time", name: w.meanTime, unit: "seconds", values: shown.map((one) => one.meanSeconds) },
    ],
    currency: totals.revenue.currency,
  };
}
