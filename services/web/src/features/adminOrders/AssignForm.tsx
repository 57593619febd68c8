import { Alert, Button } from "@mantine/core";
import { TriangleAlert } from "lucide-react";
import { useState } from "react";
import type { ApiError } from "@/api/failure";
import type { Order } from "@/api/schema";
import { adminOrders } from "@/i18n/en/adminOrders";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { ActForm } from "./ActForm";
import { assignOrder, refusedByLimits, useOrderAct } from "./acts";
import { useFirstFocus } from "./useFirstFocus";
import { WorkerChooser } from "./WorkerChooser";

type Props = { order: Order; onDone: () => void; onCancel: () => void };

/** Gives an order to a worker. If their categories or limit speak against it, it asks whether to do it nevertheless. */
export function AssignForm({ order, onDone, onCancel }: Props) {
  const t = useWords(adminOrders);
  const c = useWords(common);
  const [worker, setWorker] = useState<{ id: string; name: string } | null>(null);
  const [missing, setMissing] = useState(false);
  const search = useFirstFocus<HTMLInputElement>();
  const attempt = useOrderAct(
    ({ workerId, force }: { workerId: string; force: boolean }) => assignOrder(order, workerId, force),
    onDone,
  );
  const limits = refusedByLimits(attempt.error);
  const send = (force: boolean) => worker && attempt.mutate({ workerId: worker.id, force });
  const choose = (id: string, name: string) => {
    setWorker({ id, name });
    attempt.reset();
  };
  const submit = () => {
    setMissing(!worker);
    if (!worker) search.current?.focus();
    send(false);
  };
  return (
    <ActForm
      onSubmit={submit}
      pending={attempt.isPending}
      error={limits ? null : attempt.error}
      submit={order.assignee ? t.reassign : t.assign}
      cancel={c.cancel}
      onCancel={onCancel}
    >
      <WorkerChooser
        searchRef={search}
        label={t.newWorker}
        value={worker?.id ?? null}
        onChange={choose}
        current={order.assignee?.id}
        error={missing && !worker ? t.chooseWorker : undefined}
      />
      {limits && <ForceNote error={limits} loading={attempt.isPending} onForce={() => send(true)} />}
    </ActForm>
  );
}

/** Warns that a worker's categories or limit speak against an assignment, and offers it nevertheless. */
export function ForceNote({ error, loading, onForce }: { error: ApiError; loading: boolean; onForce: () => void }) {
  const t = useWords(adminOrders);
  const title = error.code === "NOT_QUALIFIED" ? t.notQualified : t.tooManyOrders;
  return (
    <Alert role="alert" color="yellow" variant="light" icon={<TriangleAlert />} title={title}>
      <Button size="xs" variant="default" loading={loading} onClick={onForce}>
        {t.assignAnyway}
      </Button>
    </Alert>
  );
}
