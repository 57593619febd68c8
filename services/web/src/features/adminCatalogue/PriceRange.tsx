import { Group, TextInput } from "@mantine/core";
import { useEffect, useId, useState } from "react";
import { adminCatalogue } from "@/i18n/en/adminCatalogue";
import { useWords } from "@/i18n/language";
import { majorUnits, minorUnits } from "@/ui/format";
import classes from "./ProductFilterBar.module.css";

type Range = { minPrice?: number | undefined; maxPrice?: number | undefined };
type Props = Range & { currency: string; onChange: (range: Range) => void };

const typedOf = (amount: number | undefined, currency: string) =>
  amount === undefined ? "" : majorUnits({ amount, currency });

/** The filter of prices, typed in major units. It is applied with Enter, or when the field is left. */
export function PriceRange({ minPrice, maxPrice, currency, onChange }: Props) {
  const t = useWords(adminCatalogue);
  const [min, setMin] = useState(() => typedOf(minPrice, currency));
  const [max, setMax] = useState(() => typedOf(maxPrice, currency));
  const [problem, setProblem] = useState<string | null>(null);
  const errorId = useId();
  // The address changed by a link or by Back. Each for itself: the other may be in the middle of being typed.
  useEffect(() => setMin(typedOf(minPrice, currency)), [minPrice, currency]);
  useEffect(() => setMax(typedOf(maxPrice, currency)), [maxPrice, currency]);
  const apply = () => {
    const low = min.trim() ? minorUnits(min, currency) : undefined;
    const high = max.trim() ? minorUnits(max, currency) : undefined;
    if (low === null || high === null) return setProblem(t.problem.amount);
    if (low !== undefined && high !== undefined && low > high) return setProblem(t.wrongRange);
    setProblem(null);
    if (low !== minPrice || high !== maxPrice) onChange({ minPrice: low, maxPrice: high });
  };
  const field = (label: string, value: string, set: (text: string) => void) => (
    <TextInput
      className={classes.price}
      inputMode="decimal"
      aria-label={`${label} (${currency})`}
      placeholder={label}
      value={value}
      error={Boolean(problem)}
      aria-describedby={problem ? errorId : undefined}
      onChange={(event) => set(event.currentTarget.value)}
      onBlur={apply}
      onKeyDown={(event) => event.key === "Enter" && apply()}
    />
  );
  return (
    <div>
      <Group gap="xs" wrap="nowrap">
        {field(t.minPrice, min, setMin)}
        {field(t.maxPrice, max, setMax)}
      </Group>
      {problem && (
        <p id={errorId} role="alert" className={classes.problem}>
          {problem}
        </p>
      )}
    </div>
  );
}
