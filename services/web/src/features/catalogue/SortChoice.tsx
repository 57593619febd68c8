import { useId } from "react";
import type { ProductSort } from "@/api/schema";
import { storefront } from "@/i18n/en/storefront";
import { useWords } from "@/i18n/language";
import classes from "./Filters.module.css";
import { SORTS } from "./filters";

/** The order of the list, as the browser's own choice. */
export function SortChoice({ value, onChange }: { value: ProductSort; onChange: (sort: ProductSort) => void }) {
  const t = useWords(storefront);
  const id = useId();
  // An order from the address that the list does not offer stays visible.
  const offered = SORTS.some((sort) => sort === value) ? SORTS : [...SORTS, value];
  return (
    <span className={classes.sort}>
      <label htmlFor={id}>{t.sortBy}</label>
      <select
        id={id}
        className={classes.choice}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value as ProductSort)}
      >
        {offered.map((sort) => (
          <option key={sort} value={sort}>
            {t.sorts[sort]}
          </option>
        ))}
      </select>
    </span>
  );
}
