import { getRouteApi } from "@tanstack/react-router";
import { UserList } from "@/features/users/UserList";
import { shell } from "@/i18n/en/shell";
import { useWords } from "@/i18n/language";
import { Page } from "@/ui/Page";

const route = getRouteApi("/signed-in/admin/admin/users");

/** Everybody who has an account. */
export function UsersPage() {
  const t = useWords(shell);
  const filters = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Page title={t.users}>
      <UserList
        filters={filters}
        // Every letter of a search would be a step of Back.
        onChange={(search) => void navigate({ search, replace: search.q !== filters.q })}
      />
    </Page>
  );
}
