import { X } from "lucide-react";
import { common } from "@/i18n/en/common";
import { storefront } from "@/i18n/en/storefront";
import { useWords } from "@/i18n/language";
import type { Chip, FilterName } from "./chips";
import classes from "./Filters.module.css";

type Props = { chips: Chip[]; onRemove: (name: FilterName) => void; onClear: () => void };

/** The active filters, each with the way to be rid of it. */
export function FilterChips({ chips, onRemove, onClear }: Props) {
  const t = useWords(storefront);
  const words = useWords(common);
  if (chips.length === 0) return null;
  return (
    <ul className={classes.chips} aria-label={t.activeFilters}>
      {chips.map(({ name, label }) => (
        <li key={name}>
          <button
            type="button"
            className={classes.chip}
            aria-label={t.removeFilter(label)}
            onClick={() => onRemove(name)}
          >
            {label}
            <X size={14} aria-hidden="true" />
          </button>
        </li>
      ))}
      {chips.length > 1 && (
        <li>
          <button type="button" className={`${classes.chip} ${classes.clear}`} onClick={onClear}>
            {words.clearFilters}
          </button>
        </li>
      )}
    </ul>
  );
}
