import { getRouteApi } from "@tanstack/react-router";
import { MailLog } from "@/features/mails/MailLog";
import { adminPeople } from "@/i18n/en/adminPeople";
import { shell } from "@/i18n/en/shell";
import { useWords } from "@/i18n/language";
import { Page } from "@/ui/Page";

const route = getRouteApi("/signed-in/admin/admin/mails");

/** Mails of the shop, and whether they were sent. */
export function MailsPage() {
  const t = useWords(shell);
  const { mails: w } = useWords(adminPeople);
  const filters = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Page title={t.mails} subtitle={w.subtitle}>
      <MailLog filters={filters} onChange={(search) => void navigate({ search })} />
    </Page>
  );
}
