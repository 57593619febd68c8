import { getRouteApi } from "@tanstack/react-router";
import { PaymentsList } from "@/features/adminOrders/PaymentsList";
import { shell } from "@/i18n/en/shell";
import { useWords } from "@/i18n/language";
import { Page } from "@/ui/Page";

const route = getRouteApi("/signed-in/admin/admin/payments");

export function PaymentsPage() {
  const t = useWords(shell);
  const filters = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Page title={t.payments}>
      <PaymentsList filters={filters} onChange={(search) => void navigate({ search })} />
    </Page>
  );
}
