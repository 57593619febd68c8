import { getRouteApi } from "@tanstack/react-router";
import { DifferenceList } from "@/features/payouts/DifferenceList";
import { payouts } from "@/i18n/en/payouts";
import { useWords } from "@/i18n/language";
import { Page } from "@/ui/Page";

const route = getRouteApi("/signed-in/admin/admin/differences");

/** What differs between the shop and the payment providers. */
export function DifferencesPage() {
  const w = useWords(payouts);
  const filters = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Page title={w.differences} subtitle={w.differencesHint}>
      <DifferenceList filters={filters} onChange={(search) => void navigate({ search })} />
    </Page>
  );
}
