import classes from "./Bar.module.css";

/** How much of a whole, as a picture: the text beside it says the same. */
export function Bar({ value, of, full }: { value: number; of: number; full?: boolean }) {
  const share = of > 0 ? Math.min(100, (value / of) * 100) : 0;
  return (
    <div className={classes.track} data-full={full || undefined} aria-hidden="true">
      <div className={classes.fill} style={{ width: `${share}%` }} />
    </div>
  );
}
