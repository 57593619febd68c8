import { getRouteApi } from "@tanstack/react-router";
import { Inbox } from "@/features/notifications/Inbox";
import { notifications } from "@/i18n/en/notifications";
import { useWords } from "@/i18n/language";
import { Page } from "@/ui/Page";

const route = getRouteApi("/signed-in/notifications");

export function NotificationsPage() {
  const t = useWords(notifications);
  const { unread, cursor } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Page title={t.title}>
      <Inbox
        unread={unread === true}
        cursor={cursor}
        onUnread={(only) => void navigate({ search: { unread: only || undefined } })}
        onCursor={(next) => void navigate({ search: { unread, cursor: next } })}
      />
    </Page>
  );
}
