import { useMutation, useQueryClient } from "@tanstack/react-query";
import { isCode } from "@/api/failure";
import { OF_ORDER, showOrder } from "@/api/orders";
import { refetchNow } from "@/api/queryClient";
import { common } from "@/i18n/en/common";
import { orders } from "@/i18n/en/orders";
import { useWords } from "@/i18n/language";
import { notify } from "@/ui/notify";
import { askToCancel, loadOrder } from "./changeOrder";
import { ReasonForm } from "./ReasonForm";

/** Asks the shop to cancel an order that is being worked on. */
export function AskToCancel({ orderId, onDone }: { orderId: string; onDone: () => void }) {
  const t = useWords(orders);
  const words = useWords(common);
  const client = useQueryClient();
  const attempt = useMutation({
    mutationFn: (reason: string) => askToCancel(orderId, reason),
    onSuccess: () => {
      void refetchNow(OF_ORDER.requests);
      notify.ok(t.requestSent);
      onDone();
    },
    onError: async (error) => {
      // Asked already, perhaps by this very form before the connection broke; or the work has ended meanwhile.
      if (isCode(error, "CONFLICT", "INVALID_TRANSITION")) {
        void refetchNow(OF_ORDER.requests);
        await loadOrder(orderId).then(
          (fresh) => showOrder(fresh, client),
          () => undefined,
        );
      }
    },
  });
  return (
    <ReasonForm
      title={t.askToCancel}
      hint={t.askToCancelHint}
      required
      attempt={attempt}
      submit={t.sendRequest}
      cancel={words.cancel}
      onCancel={onDone}
    />
  );
}
