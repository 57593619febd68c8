import { Button, SimpleGrid } from "@mantine/core";
import { useMemo, useState } from "react";
import type { OrderAnalytics, UserAnalytics } from "@/api/schema";
import { adminPeople } from "@/i18n/en/adminPeople";
import { useWords } from "@/i18n/language";
import { ChartCard } from "./ChartCard";
import type { ChartModel } from "./chartModel";
import { ordersModel, productsModel, registrationsModel, revenueModel, statusModel, workersModel } from "./models";
import type { Period } from "./period";
import type { Report, Shown } from "./queries";

const CHARTS = ["revenue", "orders", "registrations", "status", "products", "workers"] as const;
type Name = (typeof CHARTS)[number];

/** Rows of products and of workers until all are asked for. The API answers a hundred at most. */
const ROWS = 10;
const ALL_ROWS = 100;
type Rows = { products: number; workers: number };

type Props = {
  orders: Report<OrderAnalytics>;
  users: Report<UserAnalytics>;
  /** The chosen one; for the names of files. */
  period: Period;
  asTables: boolean;
};

/** All charts. Those whose figures could not be loaded are left out. */
export function Charts({ orders, users, period, asTables }: Props) {
  const { analytics: w } = useWords(adminPeople);
  const [rows, setRows] = useState<Rows>({ products: ROWS, workers: ROWS });
  const models = useModels(orders.shown, users.shown, rows);
  const lists = { products: orders.shown?.now.topProducts, workers: orders.shown?.now.workers };
  const more = (name: Name) => {
    if (name !== "products" && name !== "workers") return null;
    const count = lists[name]?.length ?? 0;
    if (count <= rows[name]) return null;
    return (
      <Button variant="subtle" size="compact-sm" mt="xs" onClick={() => setRows({ ...rows, [name]: ALL_ROWS })}>
        {w.showAll(count)}
      </Button>
    );
  };
  const failed = (name: Name) => (name === "registrations" ? users.failed : orders.failed);
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
      {CHARTS.filter((name) => !failed(name)).map((name) => (
        <ChartCard
          key={name}
          title={w.titles[name]}
          hint={w.hints[name]}
          model={models[name]}
          asTable={asTables}
          file={`${name}-${period.from}-${period.to}`}
        >
          {more(name)}
        </ChartCard>
      ))}
    </SimpleGrid>
  );
}

/** Charts draw themselves again when their model is another object: only with new figures or in another language. */
function useModels(
  orders: Shown<OrderAnalytics> | undefined,
  users: Shown<UserAnalytics> | undefined,
  rows: Rows,
): Record<Name, ChartModel | undefined> {
  const words = useWords(adminPeople);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the models have the words of the language
  return useMemo(
    () => ({
      revenue: orders && revenueModel(orders, orders.period),
      orders: orders && ordersModel(orders, orders.period),
      registrations: users && registrationsModel(users, users.period),
      status: orders && statusModel(orders.now),
      products: orders && productsModel(orders.now, rows.products),
      workers: orders && workersModel(orders.now, rows.workers),
    }),
    [orders, users, rows, words],
  );
}
