import { Alert } from "@mantine/core";
import { Banknote } from "lucide-react";
import { useState } from "react";
import type { Order } from "@/api/schema";
import { adminOrders } from "@/i18n/en/adminOrders";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { money } from "@/ui/format";
import { isPaid } from "@/ui/orderFacts";
import { ActForm, NoteField } from "./ActForm";
import { cancelOrder, useOrderAct } from "./acts";
import { useFirstFocus } from "./useFirstFocus";

type Props = {
  order: Order;
  /** False: the order is over. */
  possible: boolean;
  onDone: () => void;
  onCancel: () => void;
};

/** Cancels the order. If money goes back by it, the form says how much, and its button is the confirmation. */
export function CancelForm({ order, possible, onDone, onCancel }: Props) {
  const t = useWords(adminOrders);
  const c = useWords(common);
  const [reason, setReason] = useState("");
  const first = useFirstFocus<HTMLTextAreaElement>();
  const attempt = useOrderAct(() => cancelOrder(order, reason), onDone);
  const amount = money(order.total);
  return (
    <ActForm
      onSubmit={() => attempt.mutate(undefined)}
      pending={attempt.isPending}
      error={attempt.error}
      submit={isPaid(order) ? t.cancelAndRefund(amount) : t.cancelOrder}
      possible={possible}
      color="red"
      cancel={t.keepOrder}
      onCancel={onCancel}
    >
      {!possible && <Alert color="yellow" variant="light" title={t.notPossibleNow} />}
      {isPaid(order) ? (
        <Alert color="yellow" variant="light" icon={<Banknote />} title={t.cancelRefunds(amount)}>
          {order.paymentStatus === "PARTIALLY_REFUNDED" ? t.restRefunded : t.cannotUndo}
        </Alert>
      ) : (
        <Alert color="yellow" variant="light" title={t.cannotUndo} />
      )}
      <NoteField inputRef={first} label={c.reason} description={t.everybodyReads} value={reason} onChange={setReason} />
    </ActForm>
  );
}
