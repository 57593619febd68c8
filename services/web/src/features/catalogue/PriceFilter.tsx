import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { storefront } from "@/i18n/en/storefront";
import { useWords } from "@/i18n/language";
import { majorUnits, minorUnits } from "@/ui/format";
import classes from "./Filters.module.css";
import type { ProductFilters } from "./filters";

type Limits = Pick<ProductFilters, "minPrice" | "maxPrice">;
type Props = { limits: Limits; currency: string; onChange: (limits: Limits) => void };

/** The lower and the upper price, as typed amounts. They count when they are sent, so that half a number filters nothing. */
export function PriceFilter({ limits, currency, onChange }: Props) {
  const t = useWords(storefront);
  const { minPrice, maxPrice } = limits;
  const shown = (amount: number | undefined) => (amount === undefined ? "" : majorUnits({ amount, currency }));
  const [typed, setTyped] = useState({ from: shown(minPrice), to: shown(maxPrice) });
  const [errors, setErrors] = useState<{ from?: string; to?: string }>({});
  const from = useRef<HTMLInputElement>(null);
  const to = useRef<HTMLInputElement>(null);
  // The address changed by a link, a chip or by Back.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `shown` depends on the currency only
  useEffect(() => {
    setTyped({ from: shown(minPrice), to: shown(maxPrice) });
    setErrors({});
  }, [minPrice, maxPrice, currency]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const low = typed.from.trim() ? minorUnits(typed.from, currency) : undefined;
    const high = typed.to.trim() ? minorUnits(typed.to, currency) : undefined;
    const crossed = typeof low === "number" && typeof high === "number" && low > high;
    const wrong = {
      ...(low === null && { from: t.badPrice }),
      ...(high === null ? { to: t.badPrice } : crossed && { to: t.crossedPrices }),
    };
    setErrors(wrong);
    if (wrong.from) from.current?.focus();
    else if (wrong.to) to.current?.focus();
    else onChange({ minPrice: low ?? undefined, maxPrice: high ?? undefined });
  };
  return (
    <form className={classes.group} onSubmit={submit} noValidate>
      <h2 className={classes.legend}>
        {t.price} ({currency})
      </h2>
      <div className={classes.prices}>
        <TextInput
          ref={from}
          label={t.priceFrom}
          inputMode="decimal"
          autoComplete="off"
          value={typed.from}
          error={errors.from}
          onChange={(event) => setTyped({ ...typed, from: event.currentTarget.value })}
        />
        <TextInput
          ref={to}
          label={t.priceTo}
          inputMode="decimal"
          autoComplete="off"
          value={typed.to}
          error={errors.to}
          onChange={(event) => setTyped({ ...typed, to: event.currentTarget.value })}
        />
      </div>
      <Button type="submit" variant="default" size="xs">
        {t.applyPrice}
      </Button>
    </form>
  );
}
