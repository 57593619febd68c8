import { getRouteApi } from "@tanstack/react-router";
import { LedgerList } from "@/features/adminOrders/LedgerList";
import { shell } from "@/i18n/en/shell";
import { useWords } from "@/i18n/language";
import { Page } from "@/ui/Page";

const route = getRouteApi("/signed-in/admin/admin/ledger");

export function LedgerPage() {
  const t = useWords(shell);
  const filters = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Page title={t.ledger}>
      <LedgerList filters={filters} onChange={(search) => void navigate({ search })} />
    </Page>
  );
}
