import { ArrowRight } from "lucide-react";
import { adminOrders } from "@/i18n/en/adminOrders";
import { common } from "@/i18n/en/common";
import { useWords, wordsOf } from "@/i18n/language";
import { dateTime, money, number } from "@/ui/format";
import classes from "./Differences.module.css";
import { differences, fieldWords, isMoney } from "./difference";
import { useCurrency } from "./useCurrency";
import { useWorkers } from "./workers";

type Props = { before: unknown; after: unknown };

/** What values are looked up by. */
export type Known = {
  /** Names of workers by their ids. */
  names: ReadonlyMap<string, string>;
  /** The currency of totals, which acts have in minor units. */
  currency: string;
};

/** What an act changed: each field with its value before and after. */
export function Differences({ before, after }: Props) {
  const t = useWords(adminOrders);
  const known = useKnown();
  const changes = differences(before, after);
  if (changes.length === 0) return null;
  return (
    <dl className={classes.changes}>
      {changes.map(({ field, from, to }) => (
        <div key={field} className={classes.change}>
          <dt>{t.fields[field] ?? fieldWords(field)}</dt>
          <dd>
            {isNothing(from) ? null : (
              <>
                <del className={classes.from}>{valueText(field, from, known)}</del>
                <ArrowRight size={13} role="img" aria-label={t.becomes} />
              </>
            )}
            {isNothing(to) ? (
              <span className={classes.from}>{t.nothing}</span>
            ) : (
              <ins>{valueText(field, to, known)}</ins>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function useKnown(): Known {
  const { data } = useWorkers();
  const currency = useCurrency();
  return { names: new Map(data?.items.map(({ id, name }) => [id, name])), currency };
}

const isNothing = (value: unknown) => value === null || value === undefined || value === "";

/** A value of an act as text: known states, people, days and amounts as everywhere else. */
export function valueText(field: string, value: unknown, known: Known): string {
  const [t, c] = [wordsOf(adminOrders), wordsOf(common)];
  if (isNothing(value)) return t.nothing;
  if (typeof value === "boolean") return value ? c.yes : c.no;
  if (isMoney(value)) return money(value);
  if (typeof value === "number") {
    return field === "total" ? money({ amount: value, currency: known.currency }) : number(value);
  }
  if (Array.isArray(value)) return value.map((one) => valueText(field, one, known)).join(", ");
  if (typeof value !== "string") return lineText(value) ?? JSON.stringify(value);
  if (/^\d{4}-\d{2}-\d{2}T/.test(value)) return dateTime(value);
  const requests = { ...c.requestKind, ...c.requestState };
  const states: Record<string, string> = field.startsWith("request") ? requests : c.orderStatus;
  return known.names.get(value) || (states[value] ?? value);
}

/** A line of an order, such as 2 × Mug. */
function lineText(value: unknown): string | null {
  if (typeof value !== "object" || value === null || !("name" in value) || !("quantity" in value)) return null;
  return `${value.quantity} × ${value.name}`;
}
