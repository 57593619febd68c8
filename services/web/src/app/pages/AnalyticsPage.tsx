import { getRouteApi } from "@tanstack/react-router";
import { Analytics } from "@/features/analytics/Analytics";
import { adminPeople } from "@/i18n/en/adminPeople";
import { shell } from "@/i18n/en/shell";
import { useWords } from "@/i18n/language";
import { Page } from "@/ui/Page";

const route = getRouteApi("/signed-in/admin/admin/analytics");

/** How the shop does over time. */
export function AnalyticsPage() {
  const t = useWords(shell);
  const { analytics: w } = useWords(adminPeople);
  const filters = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Page title={t.analytics} subtitle={w.subtitle}>
      {/* The page stays where it is while the period changes. */}
      <Analytics filters={filters} onChange={(search) => void navigate({ search, resetScroll: false })} />
    </Page>
  );
}
