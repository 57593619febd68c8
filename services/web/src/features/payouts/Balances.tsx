import { Skeleton } from "@mantine/core";
import type { Balance } from "@/api/schema";
import { payouts } from "@/i18n/en/payouts";
import { useWords } from "@/i18n/language";
import { money } from "@/ui/format";
import classes from "./Payouts.module.css";

/** A worker's money, one row of figures per currency. */
export function Balances({ balances }: { balances: Balance[] | undefined }) {
  const w = useWords(payouts);
  if (!balances) return <Skeleton height="5.5rem" radius="md" />;
  return balances.map(({ available, inFlight, paid, earned }) => (
    <dl key={available.currency} className={classes.figures}>
      <Figure label={w.available} value={money(available)} bad={available.amount < 0} />
      <Figure label={w.inFlight} value={money(inFlight)} />
      <Figure label={w.paid} value={money(paid)} />
      <Figure label={w.earned} value={money(earned)} />
    </dl>
  ));
}

function Figure({ label, value, bad = false }: { label: string; value: string; bad?: boolean }) {
  return (
    <div className={classes.figure} data-bad={bad || undefined}>
      <dt>{label}</dt>
      <dd className="figures">{value}</dd>
    </div>
  );
}
