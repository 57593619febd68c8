import { getRouteApi } from "@tanstack/react-router";
import { WorkerList } from "@/features/users/WorkerList";
import { adminPeople } from "@/i18n/en/adminPeople";
import { shell } from "@/i18n/en/shell";
import { useWords } from "@/i18n/language";
import { Page } from "@/ui/Page";

const route = getRouteApi("/signed-in/admin/admin/workers");

/** Who works, on what, and how much. */
export function WorkersPage() {
  const t = useWords(shell);
  const { workers: w } = useWords(adminPeople);
  const filters = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Page title={t.workers} subtitle={w.subtitle}>
      <WorkerList
        filters={filters}
        // Every letter of a search would be a step of Back.
        onChange={(search) => void navigate({ search, replace: search.q !== filters.q })}
      />
    </Page>
  );
}
