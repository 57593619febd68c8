import { Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { isCode } from "@/api/failure";
import { showOrder } from "@/api/orders";
import type { Order } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { orders } from "@/i18n/en/orders";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { FailureNote } from "@/ui/Failure";
import { money } from "@/ui/format";
import { cancelOrder, loadOrder, showChange } from "./changeOrder";

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
  const words = useWords(common);
  const client = useQueryClient();
  const field = useRef<HTMLTextAreaElement>(null);
  const [reason, setReason] = useState("");
  useEffect(() => field.current?.focus(), []);
  const attempt = useMutation({
    mutationFn: () => cancelOrder(order, reason.trim()),
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
    <Card title={t.cancelOrder}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          attempt.mutate();
        }}
      >
        <Stack gap="sm">
          {attempt.isError && <FailureNote error={attempt.error} />}
          <Text>{consequence}</Text>
          <Textarea
            ref={field}
            label={`${words.reason} (${words.optional})`}
            maxLength={2000}
            autosize
            minRows={2}
            maxRows={8}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onDone}>
              {t.keepOrder}
            </Button>
            <Button type="submit" color="red" loading={attempt.isPending}>
              {refunds && !rest ? t.cancelAndRefund(amount) : t.cancelOrder}
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}
