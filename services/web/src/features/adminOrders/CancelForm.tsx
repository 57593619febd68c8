import { Alert, Button, Group, Stack, Textarea } from "@mantine/core";
import { Banknote } from "lucide-react";
import { type FormEvent, useState } from "react";
import type { Order } from "@/api/schema";
import { adminOrders } from "@/i18n/en/adminOrders";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { money } from "@/ui/format";
import { isPaid } from "@/ui/orderFacts";
import { ActFailure } from "./ActFailure";
import { cancelOrder, useOrderAct } from "./acts";
import { MAX_NOTE } from "./limits";
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
  const submit = (event: FormEvent) => {
    event.preventDefault();
    attempt.mutate(undefined);
  };
  const amount = money(order.total);
  return (
    <form noValidate onSubmit={submit}>
      <Stack gap="sm">
        {!possible && <Alert color="yellow" variant="light" title={t.notPossibleNow} />}
        {isPaid(order) ? (
          <Alert color="yellow" variant="light" icon={<Banknote />} title={t.cancelRefunds(amount)}>
            {order.paymentStatus === "PARTIALLY_REFUNDED" ? t.restRefunded : t.cannotUndo}
          </Alert>
        ) : (
          <Alert color="yellow" variant="light" title={t.cannotUndo} />
        )}
        <Textarea
          ref={first}
          label={c.reason}
          description={t.everybodyReads}
          maxLength={MAX_NOTE}
          autosize
          minRows={2}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {attempt.isError && <ActFailure error={attempt.error} />}
        <Group gap="xs">
          <Button type="submit" color="red" disabled={!possible} loading={attempt.isPending}>
            {isPaid(order) ? t.cancelAndRefund(amount) : t.cancelOrder}
          </Button>
          <Button variant="default" onClick={onCancel}>
            {t.keepOrder}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
