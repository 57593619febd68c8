import { tracker } from "@/i18n/en/tracker";
import { useWords } from "@/i18n/language";
import { PercentBar } from "./PercentBar";
import classes from "./ProgressSteps.module.css";
import { useProgress } from "./useProgress";

/** How far the work on an order is, in a line. Nothing is shown before a step was reported, nor if it cannot be loaded: it is an extra. */
export function LatestProgress({ orderId }: { orderId: string }) {
  const t = useWords(tracker);
  const { steps, percent } = useProgress(orderId, 5);
  const latest = steps?.[0];
  if (!latest) return null;
  return (
    <span className={classes.latest}>
      {percent !== null && <PercentBar percent={percent} label={t.progress} />}
      <span className={classes.meta}>{t.latest(latest.step)}</span>
    </span>
  );
}
