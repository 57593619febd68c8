import { Stack } from "@mantine/core";
import { AccountForm } from "@/features/payouts/AccountForm";
import { Earnings } from "@/features/payouts/Earnings";
import { payouts } from "@/i18n/en/payouts";
import { useWords } from "@/i18n/language";
import { Page } from "@/ui/Page";

/** The balance and the payouts of the signed-in worker. */
export function EarningsPage() {
  const w = useWords(payouts);
  return (
    <Page title={w.earnings} subtitle={w.earningsHint}>
      <Stack gap="md">
        <Earnings />
        <AccountForm />
      </Stack>
    </Page>
  );
}
