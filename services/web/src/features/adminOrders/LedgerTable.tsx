import { Check, CircleAlert, CircleEllipsis } from "lucide-react";
import type { Money } from "@/api/schema";
import { adminOrders } from "@/i18n/en/adminOrders";
import { useWords } from "@/i18n/language";
import { dateTime, money } from "@/ui/format";
import { TextLink } from "@/ui/links";
import { Stamp } from "@/ui/Stamp";
import { AccountName } from "./AccountName";
import type { Entry } from "./entries";
import classes from "./LedgerTable.module.css";
import { OrderLink } from "./OrderLink";

/** Entries of the ledger with their lines: debits on the left, credits on the right, and that both are equal. */
export function LedgerTable({ entries }: { entries: Entry[] }) {
  const t = useWords(adminOrders);
  return (
    <div className={classes.scroll}>
      <table className={`${classes.table} figures`} aria-label={t.ledgerTable}>
        <thead>
          <tr>
            <th scope="col">{t.account}</th>
            <th scope="col" className={classes.amount}>
              {t.debit}
            </th>
            <th scope="col" className={classes.amount}>
              {t.credit}
            </th>
          </tr>
        </thead>
        {entries.map((entry) => (
          <EntryRows key={entry.id} entry={entry} />
        ))}
      </table>
    </div>
  );
}

function EntryRows({ entry }: { entry: Entry }) {
  const [first] = entry.lines;
  const moves = entry.lines.some(({ orderId }) => orderId !== first?.orderId);
  return (
    <tbody className={classes.entry}>
      <tr>
        <th scope="rowgroup" colSpan={3} className={classes.head}>
          <EntryHead entry={entry} />
        </th>
      </tr>
      {entry.lines.map((line) => (
        <tr key={line.id}>
          <th scope="row" className={classes.account}>
            <AccountName account={line.account} />{" "}
            {moves && line.orderId && <OrderLink id={line.orderId} load={false} />}
          </th>
          <td className={classes.amount}>{line.amount.amount > 0 && money(line.amount)}</td>
          <td className={classes.amount}>{line.amount.amount < 0 && money(opposite(line.amount))}</td>
        </tr>
      ))}
      <Sums entry={entry} />
    </tbody>
  );
}

const opposite = ({ amount, currency }: Money): Money => ({ amount: -amount, currency });

/** The orders of an entry: two if money moved from one to another. */
function EntryHead({ entry }: { entry: Entry }) {
  const t = useWords(adminOrders);
  const orders = new Set(entry.lines.flatMap(({ orderId }) => (orderId ? [orderId] : [])));
  const [payment] = entry.lines.flatMap(({ paymentId, orderId }) => (paymentId && orderId ? [orderId] : []));
  return (
    <span className={classes.headline}>
      <strong>{t.entryKind[entry.kind]}</strong>
      <time dateTime={entry.at} className={classes.soft}>
        {dateTime(entry.at)}
      </time>
      {[...orders].map((id) => (
        <OrderLink key={id} id={id} load={false} />
      ))}
      {payment && (
        <TextLink to="/admin/payments" search={{ orderId: payment }} size="sm">
          {t.toPayment}
        </TextLink>
      )}
    </span>
  );
}

function Sums({ entry }: { entry: Entry }) {
  const t = useWords(adminOrders);
  return (
    <tr className={classes.sums}>
      <td>
        {entry.balanced ? (
          <Stamp tone="done" icon={Check}>
            {t.balanced}
          </Stamp>
        ) : entry.partial ? (
          <Stamp tone="over" icon={CircleEllipsis}>
            {t.partly}
          </Stamp>
        ) : (
          <Stamp tone="bad" icon={CircleAlert}>
            {t.notBalanced}
          </Stamp>
        )}
      </td>
      <td className={classes.amount}>{sumOf(entry, 1)}</td>
      <td className={classes.amount}>{sumOf(entry, -1)}</td>
    </tr>
  );
}

/** What one side of an entry adds up to, by currency. */
function sumOf(entry: Entry, side: 1 | -1): string {
  const sides = entry.sums.map(({ currency }) => {
    const lines = entry.lines.filter(({ amount }) => amount.currency === currency && amount.amount * side > 0);
    return money({ amount: lines.reduce((sum, { amount }) => sum + amount.amount * side, 0), currency });
  });
  return sides.join(", ");
}
