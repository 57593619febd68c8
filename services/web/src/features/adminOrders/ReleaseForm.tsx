import { Button, Group, Stack, Textarea } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { Order } from "@/api/schema";
import { adminOrders } from "@/i18n/en/adminOrders";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { ActFailure } from "./ActFailure";
import { releaseOrder, useOrderAct } from "./acts";
import { MAX_NOTE } from "./limits";
import { useFirstFocus } from "./useFirstFocus";

type Props = { order: Order; onDone: () => void; onCancel: () => void };

/** Takes the order from its worker and gives it back to the pool. */
export function ReleaseForm({ order, onDone, onCancel }: Props) {
  const t = useWords(adminOrders);
  const c = useWords(common);
  const [reason, setReason] = useState("");
  const [note, setNote] = useState("");
  const first = useFirstFocus<HTMLTextAreaElement>();
  const attempt = useOrderAct(() => releaseOrder(order, reason, note), onDone);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    attempt.mutate(undefined);
  };
  return (
    <form noValidate onSubmit={submit}>
      <Stack gap="sm">
        <Textarea
          ref={first}
          label={t.internalReason}
          description={t.internalHint}
          maxLength={MAX_NOTE}
          autosize
          minRows={2}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Textarea
          label={t.forCustomer}
          maxLength={MAX_NOTE}
          autosize
          minRows={2}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        {attempt.isError && <ActFailure error={attempt.error} />}
        <Group gap="xs">
          <Button type="submit" loading={attempt.isPending}>
            {t.release}
          </Button>
          <Button variant="default" onClick={onCancel}>
            {c.cancel}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
