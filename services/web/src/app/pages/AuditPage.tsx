import { getRouteApi } from "@tanstack/react-router";
import { AuditLog } from "@/features/audit/AuditLog";
import { adminPeople } from "@/i18n/en/adminPeople";
import { shell } from "@/i18n/en/shell";
import { useWords } from "@/i18n/language";
import { Page } from "@/ui/Page";

const route = getRouteApi("/signed-in/admin/admin/audit");

/** Who did which administrative act. */
export function AuditPage() {
  const t = useWords(shell);
  const { audit: w } = useWords(adminPeople);
  const filters = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Page title={t.audit} subtitle={w.subtitle}>
      <AuditLog filters={filters} onChange={(search) => void navigate({ search })} />
    </Page>
  );
}
