import { useState } from "react";
import type { Order } from "@/api/schema";
import { adminOrders } from "@/i18n/en/adminOrders";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { ActForm, NoteField } from "./ActForm";
import { releaseOrder, useOrderAct } from "./acts";
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
  return (
    <ActForm
      onSubmit={() => attempt.mutate(undefined)}
      pending={attempt.isPending}
      error={attempt.error}
      submit={t.release}
      cancel={c.cancel}
      onCancel={onCancel}
    >
      <NoteField
        inputRef={first}
        label={t.internalReason}
        description={t.internalHint}
        value={reason}
        onChange={setReason}
      />
      <NoteField label={t.forCustomer} value={note} onChange={setNote} />
    </ActForm>
  );
}
