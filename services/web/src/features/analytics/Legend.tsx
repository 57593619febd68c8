import { type ChartModel, drawn, type Look } from "./chartModel";
import classes from "./Legend.module.css";
import { DASHES, STRIPED } from "./looks";

/** Names the lines or bars of a chart. Bars of one kind are named by the title. */
export function Legend({ model }: { model: ChartModel }) {
  const series = drawn(model);
  if (series.length < 2 && model.kind === "bars") return null;
  return (
    <ul className={classes.legend}>
      {series.map(({ id, name, look }) => (
        <li key={id} className={classes.entry} data-look={look}>
          {model.kind === "lines" ? <LineSample look={look} /> : <BarSample look={look} />}
          {name}
        </li>
      ))}
    </ul>
  );
}

function LineSample({ look }: { look: Look }) {
  const width = look === "main" ? 2.5 : 1.75;
  return (
    <svg width="30" height="10" aria-hidden="true" focusable="false">
      <line x1="0" y1="5" x2="30" y2="5" strokeWidth={width} strokeDasharray={DASHES[look]?.join(" ")} />
    </svg>
  );
}

function BarSample({ look }: { look: Look }) {
  return <span className={classes.swatch} data-striped={STRIPED.includes(look) || undefined} aria-hidden="true" />;
}
