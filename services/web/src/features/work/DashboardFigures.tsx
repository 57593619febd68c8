import { Link } from "@tanstack/react-router";
import type { WorkerEntry } from "@/api/schema";
import { isFull } from "@/api/workers";
import { work } from "@/i18n/en/work";
import { useWords } from "@/i18n/language";
import { number } from "@/ui/format";
import type { GroupedWork } from "./dueGroups";
import classes from "./Work.module.css";

type Props = { groups: GroupedWork; done: number; load: WorkerEntry | undefined };

/** The worker's day in four numbers; each leads to what it counts. */
export function DashboardFigures({ groups, done, load }: Props) {
  const t = useWords(work).dashboard;
  return (
    <div className={classes.figures}>
      <Link
        to="/work"
        search={{ due: "overdue" }}
        className={classes.figure}
        data-bad={groups.overdue.length > 0 || undefined}
      >
        <div className={classes.label}>{t.overdue}</div>
        <div className={classes.number}>{number(groups.overdue.length)}</div>
      </Link>
      <Link to="/work" search={{ due: "today" }} className={classes.figure}>
        <div className={classes.label}>{t.today}</div>
        <div className={classes.number}>{number(groups.today.length)}</div>
      </Link>
      <Link to="/work" className={classes.figure} data-bad={(load && isFull(load)) || undefined}>
        <div className={classes.label}>{t.open}</div>
        <div className={classes.number}>
          {!load && "–"}
          {load && load.limit > 0 && t.openOf(load.openOrders, load.limit)}
          {load?.limit === 0 && number(load.openOrders)}
        </div>
      </Link>
      <div className={classes.figure}>
        <div className={classes.label}>{t.doneLately}</div>
        <div className={classes.number}>{number(done)}</div>
      </div>
    </div>
  );
}
