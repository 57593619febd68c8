import { describe, expect, test } from "vitest";
import type { OrderAnalytics, OrderTotals, UserAnalytics } from "@/api/schema";
import { usd } from "@/testing/samples";
import { type ChartModel, drawn, isEmpty, summary, valueText } from "./chartModel";
import { ordersModel, productsModel, registrationsModel, revenueModel, statusModel, workersModel } from "./models";
import { before, type Period } from "./period";
import { csvOf, tableOf } from "./table";

function totals(placed: number, revenue: number): OrderTotals {
  const rest = { paid: placed, completed: 1, cancelled: 0, refunded: usd(0), averageOrder: null };
  return { placed, revenue: usd(revenue), ...rest };
}

function report(days: [string, number, number][]): OrderAnalytics {
  return {
    buckets: days.map(([day, placed, revenue]) => ({ start: `${day}T00:00:00Z`, totals: totals(placed, revenue) })),
    totals: totals(9, 12_345),
    ordersByStatus: { PENDING: 3, IN_PROGRESS: 2, ON_HOLD: 1, COMPLETED: 40, CANCELLED: 5 },
    topProducts: [
      { productId: "1", name: '=HYPERLINK("x"), "Mug"', units: 4, revenue: usd(8_000) },
      { productId: "2", name: "", units: 1, revenue: usd(-500) },
    ],
    workers: [
      { workerId: "1", name: "Ada", claimed: 5, completed: 3, completedTotal: usd(9_900), meanSeconds: 5_400 },
      { workerId: "2", name: "Bo", claimed: 1, completed: 0, completedTotal: usd(0), meanSeconds: null },
    ],
  };
}

const period: Period = { from: "2026-11-01", to: "2026-11-03", bucket: "DAY" };
const now = report([
  ["2026-11-01", 4, 10_000],
  ["2026-11-03", 5, 2_345],
]);
const earlier = report([["2026-10-30", 7, 500]]);
const counts = (all: number) => ({ all, customers: all, staff: 0, admins: 0 });
const users: UserAnalytics = {
  buckets: [{ start: "2026-11-02T00:00:00Z", registered: counts(6) }],
  registered: counts(6),
  total: counts(60),
};

const models: [string, ChartModel][] = [
  ["revenue", revenueModel({ now, earlier }, period)],
  ["orders", ordersModel({ now, earlier }, period)],
  ["registrations", registrationsModel({ now: users, earlier: undefined }, period)],
  ["status", statusModel(now)],
  ["products", productsModel(now, 10)],
  ["workers", workersModel(now, 10)],
];

describe.each(models)("%s", (_name, model) => {
  test("the table has what the chart has: every label, every series, every value", () => {
    const { head, rows } = tableOf(model);
    expect(head).toEqual([model.axis, ...model.series.map(({ name }) => name)]);
    expect(rows.map(({ label }) => label)).toEqual(model.labels);
    for (const [column, { values, unit }] of model.series.entries()) {
      expect(values).toHaveLength(model.labels.length);
      const texts = values.map((value) => valueText(value, unit, "USD"));
      expect(rows.map(({ cells }) => cells[column])).toEqual(texts);
    }
    for (const { name } of drawn(model)) expect(head).toContain(name);
  });

  test("the file has as many lines and fields", () => {
    const lines = csvOf(model).trimEnd().split("\r\n");
    expect(lines).toHaveLength(model.labels.length + 1);
    expect(lines[0]?.split(",")).toHaveLength(model.series.length + 1);
  });
});

test("the period before stands beside the same places, and gaps are 0", () => {
  expect(before(period).from).toBe("2026-10-29");
  const [revenue, , compared] = revenueModel({ now, earlier }, period).series;
  expect(revenue?.values).toEqual([10_000, 0, 2_345]);
  expect(compared?.values).toEqual([0, 500, 0]);
});

test("without the period before there is no line for it", () => {
  expect(revenueModel({ now, earlier: undefined }, period).series.map(({ id }) => id)).toEqual(["revenue", "refunded"]);
});

test("the file has plain numbers, and nothing that a spreadsheet would run", () => {
  const lines = csvOf(productsModel(now, 10)).split("\r\n");
  expect(lines[0]).toBe("Product,Revenue (USD),Units");
  expect(lines[1]).toBe('"\'=HYPERLINK(""x""), ""Mug""",80,4');
  expect(lines[2]).toBe("Deleted product,-5,1");
  expect(csvOf(workersModel(now, 10)).split("\r\n")[2]).toBe("Bo,0,1,0,");
  expect(csvOf(revenueModel({ now, earlier }, period)).split("\r\n")[1]).toBe("2026-11-01,100,0,0");
});

test("only as many rows as are asked for", () => {
  expect(productsModel(now, 1).labels).toHaveLength(1);
});

test("nothing to draw is said, and the summary names the highest", () => {
  expect(isEmpty(revenueModel({ now: report([]), earlier: undefined }, period))).toBe(true);
  const model = revenueModel({ now, earlier }, period);
  expect(isEmpty(model)).toBe(false);
  expect(summary(model)).toBe("Revenue: $123.45 altogether; highest at Nov 1, 2026 with $100.00.");
});
