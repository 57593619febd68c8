import { useMutation, useQueryClient } from "@tanstack/react-query";
import { isCode } from "@/api/failure";
import { showOrder } from "@/api/orders";
import type { Order } from "@/api/schema";
import { orders } from "@/i18n/en/orders";
import { useWords } from "@/i18n/language";
import { money } from "@/ui/format";
import { cancelOrder, loadOrder, showChange } from "./changeOrder";
import { ReasonForm } from "./ReasonForm";

type Props = {
  order: Order;
  /** Money goes back to the customer. */
  refunds: boolean;
  /** Cancelled, or given up. */
  onDone: () => void;
};

/** Cancels an order, after saying what happens to the money. */
export function CancelOrder({ order, refunds, onDone }: Props) {
  const t = useWords(orders);
  const client = useQueryClient();
  const attempt = useMutation({
    mutationFn: (reason: string) => cancelOrder(order, reason),
    onSuccess: (cancelled) => {
      showChange(cancelled, client);
      onDone();
    },
    onError: async (error) => {
      // What is shown is not what is: the customer decides again.
      if (isCode(error, "VERSION_CONFLICT", "INVALID_TRANSITION", "SHIPPED")) {
        await loadOrder(order.id).then(
          (fresh) => showOrder(fresh, client),
          () => undefined,
        );
      }
    },
  });
  const rest = order.paymentStatus === "PARTIALLY_REFUNDED";
  const amount = money(order.total);
  const consequence = !refunds ? t.cancelUnpaid : rest ? t.cancelRefundsRest : t.cancelRefunds(amount);
  return (
    <ReasonForm
      title={t.cancelOrder}
      hint={consequence}
      attempt={attempt}
      submit={refunds && !rest ? t.cancelAndRefund(amount) : t.cancelOrder}
      color="red"
      cancel={t.keepOrder}
      onCancel={onDone}
    />
  );
}
