import { Button, Group, NativeSelect, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { Payee } from "@/api/schema";
import { useRefetch } from "@/api/useRefetch";
import { common } from "@/i18n/en/common";
import { payouts } from "@/i18n/en/payouts";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { majorUnits, minorUnits, money } from "@/ui/format";
import { PATHS } from "./filters";
import { methodName } from "./names";
import { createPayouts } from "./write";

/** Longest note that the API takes. */
const NOTE_MAX = 200;

type Props = { payee: Payee; onClose: () => void };

/** Creates a payout for one recipient. The button names the amount, so that it is the confirmation. */
export function PayForm({ payee, onClose }: Props) {
  const c = useWords(common);
  const w = useWords(payouts);
  const balances = payee.balances.map(({ available }) => available).filter(({ amount }) => amount > 0);
  const [index, setIndex] = useState(0);
  const available = balances[index] ?? { amount: 0, currency: "USD" };
  const [typed, setTyped] = useState(majorUnits(available));
  const [note, setNote] = useState("");
  const amount = minorUnits(typed, available.currency);
  const tooMuch = amount !== null && amount > available.amount;
  const paid = amount && !tooMuch ? { ...available, amount } : null;
  const refetch = useRefetch();
  const create = useMutation({
    mutationFn: createPayouts,
    onSuccess: onClose,
    // Also after a refusal: others may have paid meanwhile.
    onSettled: () => refetch(PATHS.payees, PATHS.all),
  });
  const { method, recipient } = payee.account;
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const who = payee.workerId ? { workerId: payee.workerId } : { owner: true };
        if (paid) create.mutate({ ...who, amount: paid, note: note.trim() || undefined });
      }}
    >
      <Stack gap="sm">
        <Text size="sm">{w.payHint}</Text>
        <Text size="sm" c="dimmed">
          {`${w.goesTo}: ${[methodName(method, w), recipient].filter(Boolean).join(", ")}`}
        </Text>
        {balances.length > 1 && (
          <NativeSelect
            label={w.available}
            value={String(index)}
            data={balances.map((balance, at) => ({ value: String(at), label: money(balance) }))}
            onChange={(event) => {
              const next = Number(event.currentTarget.value);
              setIndex(next);
              setTyped(majorUnits(balances[next] ?? available));
            }}
          />
        )}
        <TextInput
          label={w.payAmount(available.currency)}
          inputMode="decimal"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          error={tooMuch ? w.tooMuch : !paid && typed.trim() !== "" && w.notAnAmount}
        />
        <TextInput
          label={w.note}
          description={w.payNoteHint}
          maxLength={NOTE_MAX}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        {create.isError && <FailureNote error={create.error} />}
        <Group gap="xs">
          <Button type="submit" disabled={!paid} loading={create.isPending}>
            {w.create(money(paid ?? available))}
          </Button>
          <Button variant="default" onClick={onClose}>
            {c.cancel}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
