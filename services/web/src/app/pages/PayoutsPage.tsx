import { Stack } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { Payees } from "@/features/payouts/Payees";
import { PayoutList } from "@/features/payouts/PayoutList";
import { payouts } from "@/i18n/en/payouts";
import { shell } from "@/i18n/en/shell";
import { useWords } from "@/i18n/language";
import { Page } from "@/ui/Page";

const route = getRouteApi("/signed-in/admin/admin/payouts");

/** What workers and the owner can be paid, and their payouts. */
export function PayoutsPage() {
  const t = useWords(shell);
  const w = useWords(payouts);
  const filters = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Page title={t.payouts} subtitle={w.subtitle}>
      <Stack gap="md">
        <Payees />
        <PayoutList filters={filters} onChange={(search) => void navigate({ search, resetScroll: false })} />
      </Stack>
    </Page>
  );
}
