import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { checkout } from "@/i18n/en/checkout";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { REFERENCE_MAX } from "./manualMoney";
import { paymentsOptions } from "./usePayments";

type Props = {
  orderId: string;
  hint: string;
  /** The word on the button. */
  word: string;
  act: (reference: string) => Promise<unknown>;
  onClose: () => void;
};

/** Asks how a transfer by hand can be found, and notes it. */
export function ReferenceForm({ orderId, hint, word, act, onClose }: Props) {
  const t = useWords(common);
  const w = useWords(checkout);
  const client = useQueryClient();
  const [reference, setReference] = useState("");
  const run = useMutation({
    mutationFn: act,
    onSuccess: onClose,
    // Also after a refusal: others may have been faster.
    onSettled: () => client.invalidateQueries({ queryKey: paymentsOptions(orderId).queryKey }),
  });
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (reference.trim()) run.mutate(reference.trim());
      }}
    >
      <Stack gap="sm">
        <Text size="sm">{hint}</Text>
        <TextInput
          label={w.reference}
          description={w.referenceHint}
          required
          maxLength={REFERENCE_MAX}
          value={reference}
          onChange={(event) => setReference(event.currentTarget.value)}
        />
        {run.isError && <FailureNote error={run.error} />}
        <Group gap="xs">
          <Button type="submit" disabled={!reference.trim()} loading={run.isPending}>
            {word}
          </Button>
          <Button variant="default" onClick={onClose}>
            {t.cancel}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
