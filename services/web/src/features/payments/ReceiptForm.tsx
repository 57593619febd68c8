import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Money, Payment } from "@/api/schema";
import { checkout } from "@/i18n/en/checkout";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { DayField } from "@/ui/DayField";
import { FailureNote } from "@/ui/Failure";
import { localDay, majorUnits, minorUnits, money } from "@/ui/format";
import { missingOf, REFERENCE_MAX, recordReceipt } from "./manualMoney";
import { paymentsOptions } from "./usePayments";

/** Records money that has arrived. The button names the amount, so that it is the confirmation. */
export function ReceiptForm({ payment, onClose }: { payment: Payment; onClose: () => void }) {
  const t = useWords(common);
  const w = useWords(checkout);
  const client = useQueryClient();
  const missing = missingOf(payment);
  const today = localDay(Date.now());
  const [typed, setTyped] = useState(majorUnits(missing));
  const [reference, setReference] = useState("");
  const [arrived, setArrived] = useState(today);
  const amount = minorUnits(typed, missing.currency);
  const tooMuch = amount !== null && amount > missing.amount;
  const taken = amount && !tooMuch ? { ...missing, amount } : null;
  const record = useMutation({
    mutationFn: (given: Money) => recordReceipt(payment, given, reference.trim(), arrived),
    onSuccess: onClose,
    // Also after a refusal: others may have recorded it.
    onSettled: () => client.invalidateQueries({ queryKey: paymentsOptions(payment.orderId).queryKey }),
  });
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (taken && reference.trim()) record.mutate(taken);
      }}
    >
      <Stack gap="sm">
        <TextInput
          label={w.refundAmount(missing.currency)}
          description={w.missingNow(money(missing))}
          inputMode="decimal"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          error={tooMuch ? w.receiptTooMuch : !taken && typed.trim() !== "" && w.notAnAmount}
        />
        <TextInput
          label={w.reference}
          description={w.referenceHint}
          required
          maxLength={REFERENCE_MAX}
          value={reference}
          onChange={(event) => setReference(event.currentTarget.value)}
        />
        <DayField label={w.arrivedOn} value={arrived} max={today} onChange={(day) => setArrived(day ?? today)} />
        {record.isError && <FailureNote error={record.error} />}
        <Group gap="xs">
          <Button type="submit" disabled={!taken || !reference.trim()} loading={record.isPending}>
            {w.record(money(taken ?? missing))}
          </Button>
          <Button variant="default" onClick={onClose}>
            {t.cancel}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
