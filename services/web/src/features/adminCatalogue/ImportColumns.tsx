import { adminCatalogue } from "@/i18n/en/adminCatalogue";
import { useWords } from "@/i18n/language";
import classes from "./Import.module.css";
import { COLUMNS } from "./importReport";

/** The columns that a file may have. */
export function ImportColumns({ currency }: { currency: string }) {
  const t = useWords(adminCatalogue);
  return (
    <details className={classes.columns}>
      <summary>{t.columnsTitle}</summary>
      <dl>
        {COLUMNS.map((column) => (
          <div key={column}>
            <dt className="code">{column}</dt>
            <dd>{t.columns[column](currency)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
