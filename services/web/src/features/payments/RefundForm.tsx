import { Alert, Button, Group, Stack, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Banknote } from "lucide-react";
import { useState } from "react";
import { api, body } from "@/api/client";
import type { NewRefund, Order, Payment } from "@/api/schema";
import { checkout } from "@/i18n/en/checkout";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { majorUnits, minorUnits, money } from "@/ui/format";
import { sendOnce } from "@/ui/keptWrite";
import { RefundUnits } from "./RefundUnits";
import { chosen, mostOf, noUnits, type Units } from "./refundUnits";
import { paymentsOptions } from "./usePayments";

/** Longest reason that the API takes. */
const REASON_MAX = 500;

type Props = { order: Order; payment: Payment; onClose: () => void };

/** Refunds all that is left of a payment, an amount, or units of the order. The button names the amount, so that it is the confirmation. */
export function RefundForm({ order, payment, onClose }: Props) {
  const t = useWords(common);
  const w = useWords(checkout);
  const client = useQueryClient();
  const { id, orderId, refundable } = payment;
  const [typed, setTyped] = useState(majorUnits(refundable));
  const [reason, setReason] = useState("");
  const [units, setUnits] = useState(() => noUnits(order));
  const { lines } = chosen(order, units);
  const most = mostOf(order, units, refundable.amount);
  const amount = minorUnits(typed, refundable.currency);
  const tooMuch = amount !== null && amount > most;
  const choose = (next: Units[]) => {
    setUnits(next);
    setTyped(majorUnits({ ...refundable, amount: mostOf(order, next, refundable.amount) }));
  };
  const refunded = amount === null || amount === 0 || tooMuch ? null : { ...refundable, amount };
  const refund = useMutation({
    mutationFn: (sent: NewRefund) => {
      return sendOnce(`waybill.refund.${id}`, JSON.stringify(sent), sent, (write) => {
        const params = { path: { id }, header: { "Idempotency-Key": write.key } };
        return body(api.POST("/api/v1/admin/payments/{id}/refunds", { params, body: write.sent }));
      });
    },
    onSuccess: onClose,
    // Also after a refusal: others may have refunded meanwhile.
    onSettled: () => client.invalidateQueries({ queryKey: paymentsOptions(orderId).queryKey }),
  });
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (refunded && reason.trim()) {
          const units = lines.length > 0 ? { lines } : {};
          refund.mutate({ amount: refunded, reason: reason.trim(), ...units });
        }
      }}
    >
      <Stack gap="sm">
        <Alert color="yellow" variant="light" icon={<Banknote />} title={w.refundable(money(refundable))}>
          {payment.provider === "MANUAL" ? w.refundByHandHint : w.refundHint}
        </Alert>
        <RefundUnits order={order} units={units} onChange={choose} />
        <TextInput
          label={w.refundAmount(refundable.currency)}
          inputMode="decimal"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          error={
            tooMuch
              ? lines.length > 0
                ? w.refundTooMuchForUnits
                : w.refundTooMuch
              : !refunded && typed.trim() !== "" && w.notAnAmount
          }
        />
        <Textarea
          label={w.refundReason}
          description={w.refundReasonHint}
          autosize
          minRows={2}
          maxLength={REASON_MAX}
          required
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {refund.isError && <FailureNote error={refund.error} />}
        <Group gap="xs">
          <Button type="submit" color="red" disabled={!refunded || !reason.trim()} loading={refund.isPending}>
            {w.refund(money(refunded ?? refundable))}
          </Button>
          <Button variant="default" onClick={onClose}>
            {t.cancel}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
