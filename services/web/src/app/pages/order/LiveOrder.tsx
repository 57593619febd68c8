import { FileQuestion } from "lucide-react";
import { isCode } from "@/api/failure";
import { useLiveOrder } from "@/features/orders/useLiveOrder";
import { common } from "@/i18n/en/common";
import { orders } from "@/i18n/en/orders";
import { useWords } from "@/i18n/language";
import { Empty } from "@/ui/Empty";
import { FailureNote } from "@/ui/Failure";
import { ButtonLink } from "@/ui/links";
import { Page } from "@/ui/Page";
import { OrderSkeleton } from "./OrderSkeleton";
import { OrderView } from "./OrderView";

/** Loads an order, keeps it up to date, and says if it is not to be seen (any more). */
export function LiveOrder({ orderId }: { orderId: string }) {
  const t = useWords(orders);
  const words = useWords(common);
  const { query, present } = useLiveOrder(orderId);
  // A worker who gave an order away still has it in memory.
  const isGone = query.isError && isCode(query.error, "NOT_FOUND", "FORBIDDEN");
  if (query.data && !isGone) return <OrderView order={query.data} present={present} />;
  if (!query.isError) return <OrderSkeleton />;
  return (
    <Page title={words.order}>
      {isGone ? (
        <Empty
          icon={<FileQuestion size={32} aria-hidden="true" />}
          title={t.notThere}
          hint={t.notThereHint}
          action={<ButtonLink to="/dashboard">{t.toDashboard}</ButtonLink>}
        />
      ) : (
        <FailureNote error={query.error} onRetry={() => void query.refetch()} />
      )}
    </Page>
  );
}
