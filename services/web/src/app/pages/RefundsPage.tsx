import { getRouteApi } from "@tanstack/react-router";
import { RefundsByHand } from "@/features/adminOrders/RefundsByHand";
import { adminOrders } from "@/i18n/en/adminOrders";
import { useWords } from "@/i18n/language";
import { Page } from "@/ui/Page";

const route = getRouteApi("/signed-in/admin/admin/refunds");

/** The refunds that an administrator makes by hand. */
export function RefundsPage() {
  const t = useWords(adminOrders);
  const filters = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Page title={t.refundsByHand} subtitle={t.refundsByHandHint}>
      <RefundsByHand filters={filters} onChange={(search) => void navigate({ search })} />
    </Page>
  );
}
