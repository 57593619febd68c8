import { getRouteApi } from "@tanstack/react-router";
import { RequestsInbox } from "@/features/adminOrders/RequestsInbox";
import { Chat } from "@/features/chat/Chat";
import { Files } from "@/features/files/Files";
import { Timeline } from "@/features/tracker/Timeline";
import { adminOrders } from "@/i18n/en/adminOrders";
import { shell } from "@/i18n/en/shell";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { Page } from "@/ui/Page";

const route = getRouteApi("/signed-in/admin/admin/requests");

export function RequestsPage() {
  const t = useWords(shell);
  const words = useWords(adminOrders);
  const filters = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Page title={t.requests}>
      <RequestsInbox
        filters={filters}
        onChange={(search) => void navigate({ search, resetScroll: search.request !== filters.request })}
        work={(order) => (
          <>
            <Files order={order} />
            <Chat orderId={order.id} />
            <Card title={words.history}>
              <Timeline orderId={order.id} />
            </Card>
          </>
        )}
      />
    </Page>
  );
}
