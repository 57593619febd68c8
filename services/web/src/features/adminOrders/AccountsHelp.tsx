import { adminOrders } from "@/i18n/en/adminOrders";
import { useWords } from "@/i18n/language";
import classes from "./AccountsHelp.module.css";

/** What the accounts of the ledger mean, for those who keep no books. */
export function AccountsHelp() {
  const t = useWords(adminOrders);
  return (
    <details className={classes.help}>
      <summary>{t.whatAccountsMean}</summary>
      <p>{t.bookkeeping}</p>
      <dl>
        <dt>{t.providers}</dt>
        <dd>{t.aboutProviders}</dd>
        <dt>{t.accounts.orders}</dt>
        <dd>{t.aboutOrders}</dd>
        <dt>{t.accounts.platform}</dt>
        <dd>{t.aboutPlatform}</dd>
        <dt>{t.accounts.fees}</dt>
        <dd>{t.aboutFees}</dd>
        <dt>{t.accounts.payouts}</dt>
        <dd>{t.aboutPayouts}</dd>
        <dt>{t.accounts.receipts}</dt>
        <dd>{t.aboutReceipts}</dd>
        <dt>{t.workers}</dt>
        <dd>{t.aboutWorkers}</dd>
      </dl>
    </details>
  );
}
