import { useWorkers } from "@/api/workers";
import { adminOrders } from "@/i18n/en/adminOrders";
import { useWords } from "@/i18n/language";
import { TextLink } from "@/ui/links";
import { shortId } from "@/ui/names";
import { providerName } from "@/ui/providers";
import { accountOf } from "./entries";

/** An account of the ledger by what it is. */
export function AccountName({ account }: { account: string }) {
  const t = useWords(adminOrders);
  const known = accountOf(account);
  if (known.kind === "worker") return <WorkerAccount id={known.id} />;
  if (known.kind === "provider") return known.name === "MANUAL" ? t.byHand : providerName(known.name);
  return known.kind === "other" ? known.name : t.accounts[known.kind];
}

function WorkerAccount({ id }: { id: string }) {
  const t = useWords(adminOrders);
  const { data } = useWorkers();
  const name = data?.items.find((worker) => worker.id === id)?.name;
  return (
    <TextLink to="/admin/users/$userId" params={{ userId: id }}>
      {t.shareOf(name || shortId(id))}
    </TextLink>
  );
}
