import { Checkbox, Radio, Stack } from "@mantine/core";
import type { Ref } from "react";
import type { Order } from "@/api/schema";
import { adminOrders } from "@/i18n/en/adminOrders";
import { useWords } from "@/i18n/language";
import type { Draft } from "./decisions";
import { isReplaceable } from "./transitions";
import { WorkerChooser } from "./WorkerChooser";

type Props = {
  draft: Draft;
  order: Order | null;
  onChange: (part: Partial<Draft>) => void;
  searchRef: Ref<HTMLInputElement>;
  error: string | undefined;
};

/** Where a reassigned order goes: to the pool or to a worker, as it is or as a new order. */
export function ReassignChoice({ draft, order, onChange, searchRef, error }: Props) {
  const t = useWords(adminOrders);
  return (
    <Stack gap="sm">
      <Radio.Group
        label={t.reassignTo}
        value={draft.to}
        onChange={(to: string) => onChange({ to: to === "worker" ? "worker" : "pool" })}
      >
        <Stack gap="xs" mt={6}>
          <Radio value="pool" label={t.toPool} />
          <Radio value="worker" label={t.toOneWorker} />
        </Stack>
      </Radio.Group>
      {draft.to === "worker" && (
        <WorkerChooser
          searchRef={searchRef}
          label={t.newWorker}
          value={draft.worker?.id ?? null}
          onChange={(id, name) => onChange({ worker: { id, name } })}
          // Replaced, the order may stay with its worker.
          current={draft.replace ? undefined : order?.assignee?.id}
          error={error}
        />
      )}
      {(!order || isReplaceable(order)) && (
        <Checkbox
          label={t.replaceOrder}
          description={t.replaceHint}
          checked={draft.replace}
          onChange={(event) => onChange({ replace: event.currentTarget.checked })}
        />
      )}
    </Stack>
  );
}
