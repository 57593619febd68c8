import { getRouteApi } from "@tanstack/react-router";
import type { OrderFilters } from "@/features/adminOrders/filters";
import { OrdersList } from "@/features/adminOrders/OrdersList";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { Page } from "@/ui/Page";

const route = getRouteApi("/signed-in/admin/admin/orders");

export function AdminOrdersPage() {
  const c = useWords(common);
  const filters = route.useSearch();
  const navigate = route.useNavigate();
  const change = (search: OrderFilters) => {
    const paged = search.cursor !== filters.cursor;
    // What is typed into the search is one step for Back, not one for each letter.
    void navigate({ search, replace: search.q !== filters.q, resetScroll: paged });
  };
  return (
    <Page title={c.orders}>
      <OrdersList filters={filters} onChange={change} />
    </Page>
  );
}
