import { Skeleton } from "@mantine/core";
import { Minus, TrendingDown, TrendingUp } from "lucide-react";
import type { Dashboard } from "@/api/schema";
import { adminOrders } from "@/i18n/en/adminOrders";
import { useWords } from "@/i18n/language";
import { money, number } from "@/ui/format";
import classes from "./Figures.module.css";
import { type Change, change, signedPercent } from "./figures";

type Figure = { title: string; value: string; change: Change | null };

/** The last 30 days against the 30 days before, in words and with a sign. */
export function Figures({ board }: { board: Dashboard | undefined }) {
  const t = useWords(adminOrders);
  const figures = useFigures(board);
  return (
    <section aria-label={t.last30Days}>
      <div className={classes.figures}>
        {figures.map((figure) => (
          <div key={figure.title} className={classes.figure}>
            <h2 className={classes.title}>{figure.title}</h2>
            {board ? (
              <>
                <p className={`${classes.value} figures`}>{figure.value}</p>
                <p className={classes.change}>{figure.change ? <Against change={figure.change} /> : t.in30Days}</p>
              </>
            ) : (
              <Skeleton height="3.9rem" mt={4} />
            )}
          </div>
        ))}
      </div>
    </section>
  );
}

function useFigures(board: Dashboard | undefined): Figure[] {
  const t = useWords(adminOrders);
  const now = board?.orders.last30Days;
  const before = board?.orders.previous30Days;
  const average = now?.averageOrder;
  const earlier = before?.averageOrder;
  return [
    {
      title: t.revenue,
      value: board ? money(board.revenue.last30Days) : "",
      change: board ? change(board.revenue.last30Days.amount, board.revenue.previous30Days.amount) : null,
    },
    figure(t.ordersPlaced, now?.placed, before?.placed),
    figure(t.ordersPaid, now?.paid, before?.paid),
    {
      title: t.averageOrder,
      value: average ? money(average) : "–",
      change: change(average?.amount ?? 0, earlier?.amount ?? 0),
    },
    { title: t.newCustomers, value: number(board?.users.last30Days.customers ?? 0), change: null },
  ];
}

function figure(title: string, now = 0, before = 0): Figure {
  return { title, value: number(now), change: change(now, before) };
}

/** An arrow only beside what was compared. */
const ICONS = { more: TrendingUp, less: TrendingDown, same: Minus, first: null, nothing: null };

function Against({ change: against }: { change: Change }) {
  const t = useWords(adminOrders);
  const Icon = ICONS[against.kind];
  const words = t.against[against.kind];
  return (
    <>
      {Icon && <Icon size={15} aria-hidden="true" />}
      {"share" in against ? `${signedPercent(against.share)} ${words}` : words}
    </>
  );
}
