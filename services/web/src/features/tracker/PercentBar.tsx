import { percent as percentText } from "@/ui/format";
import classes from "./ProgressSteps.module.css";

/** How much of the work is done. */
export function PercentBar({ percent, label }: { percent: number; label: string }) {
  const text = percentText(percent / 100);
  return (
    <span className={classes.meter}>
      <span
        className={classes.bar}
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        aria-valuetext={text}
      >
        <span className={classes.fill} style={{ width: `${percent}%` }} />
      </span>
      <span className={classes.percent} aria-hidden="true">
        {text}
      </span>
    </span>
  );
}
