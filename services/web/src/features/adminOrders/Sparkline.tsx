import { extent, type Point, polyline } from "./figures";
import classes from "./Sparkline.module.css";

const WIDTH = 300;
const HEIGHT = 56;

type Props = {
  points: Point[];
  /** Says what the line shows, for those who do not see it. */
  label: string;
};

/** A small line of values over time. */
export function Sparkline({ points, label }: Props) {
  if (!extent(points)) return null;
  const line = polyline(points, WIDTH, HEIGHT);
  return (
    <svg
      className={classes.chart}
      viewBox={`0 -2 ${WIDTH} ${HEIGHT + 4}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <polygon className={classes.area} points={`0,${HEIGHT} ${line} ${WIDTH},${HEIGHT}`} />
      <polyline className={classes.line} points={line} />
    </svg>
  );
}
