import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { adminOrders } from "@/i18n/en/adminOrders";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { AssignResults } from "./AssignResults";
import { assignOrders } from "./acts";
import { type Assigned, afterRetry, assigned } from "./assignResults";
import { WorkerChooser } from "./WorkerChooser";

type Props = {
  opened: boolean;
  orderIds: string[];
  /** The number of an order, for the results. */
  numberOf: (orderId: string) => string;
  /** Called with the orders that nobody has got. */
  onClose: (left: string[] | null) => void;
};

/** Gives several orders to a worker. */
export function AssignDialog({ opened, onClose, ...rest }: Props) {
  const t = useWords(adminOrders);
  const [left, setLeft] = useState<string[] | null>(null);
  const close = () => {
    onClose(left);
    setLeft(null);
  };
  return (
    <Modal opened={opened} onClose={close} title={t.assignOrders(rest.orderIds.length)} size="lg">
      {opened && <AssignSteps {...rest} onLeft={setLeft} onClose={close} />}
    </Modal>
  );
}

type StepsProps = Omit<Props, "opened" | "onClose"> & { onLeft: (left: string[]) => void; onClose: () => void };

/** First the choice of the worker, then what became of each order. */
export function AssignSteps({ orderIds, numberOf, onLeft, onClose }: StepsProps) {
  const t = useWords(adminOrders);
  const c = useWords(common);
  const [worker, setWorker] = useState<{ id: string; name: string } | null>(null);
  const [missing, setMissing] = useState(false);
  const [outcome, setOutcome] = useState<Assigned | null>(null);
  const attempt = useMutation({
    mutationFn: assignOrders,
    onSuccess: (results, { force }) => {
      const now = assigned(results);
      const all = force && outcome ? afterRetry(outcome, now) : now;
      setOutcome(all);
      onLeft([...all.forceable, ...all.lost].map(({ orderId }) => orderId));
    },
  });
  const send = (ids: string[], force: boolean) => {
    if (worker) attempt.mutate({ orderIds: ids, workerId: worker.id, force });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setMissing(!worker);
    send(orderIds, false);
  };
  if (outcome) {
    const force = () =>
      send(
        outcome.forceable.map(({ orderId }) => orderId),
        true,
      );
    return (
      <Stack>
        {attempt.isError && <FailureNote error={attempt.error} onRetry={force} />}
        <AssignResults
          outcome={outcome}
          worker={worker?.name ?? ""}
          numberOf={numberOf}
          onForce={force}
          forcing={attempt.isPending}
        />
        <Group justify="flex-end">
          <Button onClick={onClose}>{c.close}</Button>
        </Group>
      </Stack>
    );
  }
  return (
    <form noValidate onSubmit={submit}>
      <Stack>
        {attempt.isError && <FailureNote error={attempt.error} />}
        <WorkerChooser
          label={c.worker}
          value={worker?.id ?? null}
          onChange={(id, name) => setWorker({ id, name })}
          error={missing && !worker ? t.chooseWorker : undefined}
        />
        <Text size="sm" c="dimmed">
          {t.assignHint}
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {c.cancel}
          </Button>
          <Button type="submit" loading={attempt.isPending}>
            {t.assignOrders(orderIds.length)}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
