import { $api } from "@/api/client";
import { useUser } from "@/api/useSession";
import { adminCatalogue } from "@/i18n/en/adminCatalogue";
import { useWords } from "@/i18n/language";
import { TextLink } from "@/ui/links";
import { nameOf } from "@/ui/names";

/** Who moved stock. The API names only the id, so the account is loaded once for all rows with it. */
export function Actor({ id }: { id: string | null }) {
  const t = useWords(adminCatalogue);
  const own = useUser()?.id;
  const init = { params: { path: { id: id ?? "" } } };
  const account = $api.useQuery("get", "/api/v1/admin/users/{id}", init, {
    enabled: id !== null && id !== own,
    staleTime: 600_000,
    retry: false,
  });
  if (id === null) return t.theShop;
  if (id === own) return t.you;
  return (
    <TextLink to="/admin/users/$userId" params={{ userId: id }}>
      {account.data ? nameOf(account.data) : t.account}
    </TextLink>
  );
}
