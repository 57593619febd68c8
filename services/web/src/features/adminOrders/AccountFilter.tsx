import { NativeSelect } from "@mantine/core";
import type { Provider } from "@/api/schema";
import { useWorkers } from "@/api/workers";
import { adminOrders } from "@/i18n/en/adminOrders";
import { useWords } from "@/i18n/language";
import { shortId } from "@/ui/names";
import { providerName } from "@/ui/providers";

const PROVIDERS: Provider[] = ["STRIPE", "PAYPAL", "SANDBOX", "MANUAL"];

type Props = { account: string | undefined; onChange: (account: string | undefined) => void };

/** Narrows the ledger to one account. */
export function AccountFilter({ account = "", onChange }: Props) {
  const t = useWords(adminOrders);
  const { data } = useWorkers();
  const workers = (data?.items ?? []).map(({ id, name }) => ({ value: `worker:${id}`, label: name || shortId(id) }));
  const isMissing = account.startsWith("worker:") && !workers.some(({ value }) => value === account);
  if (isMissing) workers.push({ value: account, label: shortId(account) });
  const groups = [
    { value: "", label: t.allAccounts },
    { value: "orders", label: t.accounts.orders },
    { value: "platform", label: t.accounts.platform },
    { value: "fees", label: t.accounts.fees },
    { value: "payouts", label: t.accounts.payouts },
    { value: "receipts", label: t.accounts.receipts },
    {
      group: t.providers,
      items: PROVIDERS.map((provider) => ({
        value: `provider:${provider}`,
        label: provider === "MANUAL" ? t.byHand : providerName(provider),
      })),
    },
    ...(workers.length > 0 ? [{ group: t.workers, items: workers }] : []),
  ];
  return (
    <NativeSelect
      aria-label={t.account}
      data={groups}
      value={account}
      onChange={(event) => onChange(event.currentTarget.value || undefined)}
    />
  );
}
