import { adminPeople } from "@/i18n/en/adminPeople";
import { useWords } from "@/i18n/language";
import classes from "./ChartTable.module.css";
import type { ChartModel } from "./chartModel";
import { tableOf } from "./table";

type Props = {
  title: string;
  model: ChartModel;
  /** For screen readers only, beside the chart. */
  hidden?: boolean;
};

/** The figures of a chart as a table. */
export function ChartTable({ title, model, hidden }: Props) {
  const { analytics: w } = useWords(adminPeople);
  const { head, rows } = tableOf(model);
  const table = (
    <table className={classes.table} aria-label={title}>
      <thead>
        <tr>
          {head.map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, label, cells }) => (
          <tr key={key}>
            <th scope="row">{label}</th>
            {cells.map((cell, column) => (
              <td key={head[column + 1]}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
  if (hidden) return <div className={classes.hidden}>{table}</div>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: keyboards scroll it
    <section className={classes.scroll} tabIndex={0} aria-label={w.tableOf(title)}>
      {table}
    </section>
  );
}
