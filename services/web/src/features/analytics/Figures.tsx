import { Skeleton } from "@mantine/core";
import { ArrowDownRight, ArrowRight, ArrowUpRight } from "lucide-react";
import type { OrderAnalytics, UserAnalytics } from "@/api/schema";
import { adminPeople } from "@/i18n/en/adminPeople";
import { useWords } from "@/i18n/language";
import { money, number, percent } from "@/ui/format";
import classes from "./Figures.module.css";
import type { Compared } from "./models";
import { growth } from "./series";

type Props = {
  orders: Compared<OrderAnalytics> | undefined;
  users: Compared<UserAnalytics> | undefined;
  /** What could not be loaded is left out. */
  loading: boolean;
  /** Days of the period, and of the one before. */
  days: number;
};

type Figure = { id: string; name: string; text: string; now: number; earlier: number | null; earlierText: string };

/** The sums of the period, each with how much more or less it is than in the period before. */
export function Figures({ orders, users, loading, days }: Props) {
  const figures = [...useOrderFigures(orders), ...useUserFigures(users)];
  if (loading) return <Waiting />;
  if (figures.length === 0) return null;
  return (
    <ul className={classes.figures}>
      {figures.map((figure) => (
        <li key={figure.id} className={classes.figure}>
          <span className={classes.name}>{figure.name}</span>
          <span className={classes.value}>{figure.text}</span>
          <Trend figure={figure} days={days} />
        </li>
      ))}
    </ul>
  );
}

/** As high as the figures that are loading. */
function Waiting() {
  return (
    <div className={classes.figures}>
      {Array.from({ length: 6 }, (_, index) => (
        <div key={index} className={classes.figure}>
          <Skeleton className={classes.waiting} />
        </div>
      ))}
    </div>
  );
}

function useOrderFigures(orders: Compared<OrderAnalytics> | undefined): Figure[] {
  const { analytics: w } = useWords(adminPeople);
  if (!orders) return [];
  const { now, earlier } = orders;
  const { currency } = now.totals.revenue;
  type Read = (from: OrderAnalytics) => number | null;
  const figure = (id: string, name: string, read: Read, isMoney: boolean): Figure => {
    const text = (value: number) => (isMoney ? money({ amount: value, currency }) : number(value));
    const [current, past] = [read(now), earlier ? read(earlier) : null];
    const shown = current === null ? "–" : text(current);
    return { id, name, text: shown, now: current ?? 0, earlier: past, earlierText: past === null ? "" : text(past) };
  };
  return [
    figure("revenue", w.revenue, ({ totals }) => totals.revenue.amount, true),
    figure("placed", w.placed, ({ totals }) => totals.placed, false),
    figure("paid", w.paid, ({ totals }) => totals.paid, false),
    figure("completed", w.completed, ({ totals }) => totals.completed, false),
    figure("average", w.averageOrder, ({ totals }) => totals.averageOrder?.amount ?? null, true),
  ];
}

function useUserFigures(users: Compared<UserAnalytics> | undefined): Figure[] {
  const { analytics: w } = useWords(adminPeople);
  if (!users) return [];
  const now = users.now.registered.all;
  const earlier = users.earlier?.registered.all ?? null;
  const earlierText = earlier === null ? "" : number(earlier);
  return [{ id: "registrations", name: w.registrations, text: number(now), now, earlier, earlierText }];
}

/** More or less, by an arrow and in words. More is not always better, so no colour says so. */
function Trend({ figure: { now, earlier, earlierText }, days }: { figure: Figure; days: number }) {
  const { analytics: w } = useWords(adminPeople);
  if (earlier === null) return <span className={classes.trend}>{w.notCompared}</span>;
  const share = growth(now, earlier);
  if (share === null) return <span className={classes.trend}>{w.earlierWas(earlierText, days)}</span>;
  const rounded = Math.round(share * 100);
  const Icon = rounded > 0 ? ArrowUpRight : rounded < 0 ? ArrowDownRight : ArrowRight;
  const change = percent(Math.abs(share));
  const words = rounded === 0 ? w.unchanged : rounded > 0 ? w.more(change) : w.less(change);
  return (
    <span className={classes.trend}>
      <Icon size={15} aria-hidden="true" /> {words}
      <span className={classes.earlier}>{w.earlierWas(earlierText, days)}</span>
    </span>
  );
}
