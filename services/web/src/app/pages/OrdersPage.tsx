import { Box, Button } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { ClipboardList, SearchX } from "lucide-react";
import { $api } from "@/api/client";
import { changed, isNarrowed, type OrderFilters, orderQuery } from "@/features/orders/filters";
import { OrderFilterBar } from "@/features/orders/OrderFilterBar";
import { OrdersTable } from "@/features/orders/OrdersTable";
import { useLiveOrders } from "@/features/orders/useLiveOrders";
import { StatusTracker } from "@/features/tracker/StatusTracker";
import { common } from "@/i18n/en/common";
import { orders } from "@/i18n/en/orders";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { Empty } from "@/ui/Empty";
import { FailureNote } from "@/ui/Failure";
import { ButtonLink } from "@/ui/links";
import { NewRows } from "@/ui/NewRows";
import { Page } from "@/ui/Page";
import { Pager } from "@/ui/Pager";

const route = getRouteApi("/signed-in/orders");

/** A customer's orders. */
export function OrdersPage() {
  const t = useWords(orders);
  const filters = route.useSearch();
  const navigate = route.useNavigate();
  const query = $api.useQuery(
    "get",
    "/api/v1/orders",
    { params: { query: orderQuery(filters) } },
    { placeholderData: keepPreviousData },
  );
  const rows = query.data?.items;
  const fresh = useLiveOrders(rows);
  const change = (next: Partial<OrderFilters>, typing = false) =>
    void navigate({ search: changed(filters, next), replace: typing, resetScroll: "cursor" in next });
  const showNew = () => {
    fresh.show();
    // New orders are at the top of the first page.
    if (filters.cursor) change({ cursor: undefined });
  };
  const total = query.data?.total;
  return (
    <Page
      title={t.yourOrders}
      // A space keeps the place of the number.
      subtitle={total === undefined || rows?.length === 0 ? "\u00a0" : t.count(total)}
      actions={<ButtonLink to="/order">{t.newOrder}</ButtonLink>}
    >
      <Card flush>
        <OrderFilterBar filters={filters} onChange={change} />
        <NewRows count={fresh.count} onShow={showNew} />
        {query.isError && !rows ? (
          <Box p="md">
            <FailureNote error={query.error} onRetry={() => void query.refetch()} />
          </Box>
        ) : (
          <OrdersTable
            rows={rows}
            tracker={(order) => <StatusTracker compact order={order} />}
            empty={<NoOrders filters={filters} onChange={change} />}
          />
        )}
        <Pager cursor={filters.cursor} next={query.data?.nextCursor} onChange={(cursor) => change({ cursor })} />
      </Card>
    </Page>
  );
}

type NoOrdersProps = { filters: OrderFilters; onChange: (change: Partial<OrderFilters>) => void };

/** There is nothing yet, or nothing that matches. */
function NoOrders({ filters, onChange }: NoOrdersProps) {
  const t = useWords(orders);
  const words = useWords(common);
  if (!isNarrowed(filters)) {
    const action = <ButtonLink to="/products">{t.toShop}</ButtonLink>;
    const icon = <ClipboardList size={32} aria-hidden="true" />;
    return <Empty icon={icon} title={t.noOrders} hint={t.noOrdersHint} action={action} />;
  }
  const clear = { q: undefined, status: undefined, paymentStatus: undefined, from: undefined, to: undefined };
  return (
    <Empty
      icon={<SearchX size={32} aria-hidden="true" />}
      title={words.noMatch}
      hint={words.noMatchHint}
      action={
        <Button variant="default" onClick={() => onChange(clear)}>
          {words.clearFilters}
        </Button>
      }
    />
  );
}
