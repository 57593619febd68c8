import { Button, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";
import type { Order, OrderStatus } from "@/api/schema";
import { adminOrders } from "@/i18n/en/adminOrders";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { isDue, isOver, isUnpriced } from "@/ui/orderFacts";
import { OrderStamp } from "@/ui/Stamp";
import { ActForm, NoteField } from "./ActForm";
import { changeStatus, useOrderAct } from "./acts";
import { CancelForm } from "./CancelForm";
import { nextStatuses } from "./transitions";
import { useFirstFocus } from "./useFirstFocus";
import { useHeldFrom } from "./useHeldFrom";

/** The status of the order, and the steps that it can take from there. */
export function StatusSection({ order }: { order: Order }) {
  const t = useWords(adminOrders);
  const c = useWords(common);
  const [chosen, setChosen] = useState<OrderStatus | null>(null);
  const next = nextStatuses(order, useHeldFrom(order));
  const steps: OrderStatus[] = isOver(order) ? [] : [...next, "CANCELLED"];
  // The form stays when others change the order meanwhile, with what was typed.
  const possible = chosen !== null && steps.includes(chosen);
  const close = () => setChosen(null);
  const form = { order, possible, onDone: close, onCancel: close };
  return (
    <Card title={c.status} aside={<OrderStamp status={order.status} />}>
      <Stack gap="sm">
        {isOver(order) && <Text c="dimmed">{t.statusIsFinal}</Text>}
        {!isOver(order) && isUnpriced(order) && (
          <Text size="sm" c="dimmed">
            {t.notBeforePrice}
          </Text>
        )}
        <Group gap="xs">
          {steps.map((to) => (
            <Button
              key={to}
              size="sm"
              variant={to === "COMPLETED" ? "filled" : "default"}
              aria-expanded={to === chosen}
              onClick={() => setChosen(to === chosen ? null : to)}
            >
              {t.steps[to]}
            </Button>
          ))}
        </Group>
        {chosen === "CANCELLED" && <CancelForm {...form} />}
        {chosen && chosen !== "CANCELLED" && <StatusForm key={chosen} to={chosen} {...form} />}
      </Stack>
    </Card>
  );
}

type FormProps = {
  order: Order;
  to: OrderStatus;
  /** False: the order cannot go there any more. */
  possible: boolean;
  onDone: () => void;
  onCancel: () => void;
};

/** Changes the status, with a note that the customer can read in the history. */
export function StatusForm({ order, to, possible, onDone, onCancel }: FormProps) {
  const t = useWords(adminOrders);
  const c = useWords(common);
  const [note, setNote] = useState("");
  const first = useFirstFocus<HTMLTextAreaElement>();
  const attempt = useOrderAct(() => changeStatus(order, to, note), onDone);
  const warning = to === "COMPLETED" && isDue(order) ? t.completeUnpaid : t.stepHints[to];
  return (
    <ActForm
      onSubmit={() => attempt.mutate(undefined)}
      pending={attempt.isPending}
      error={attempt.error}
      submit={t.steps[to]}
      possible={possible}
      cancel={c.back}
      onCancel={onCancel}
    >
      <Text size="sm">{possible ? warning : t.notPossibleNow}</Text>
      <NoteField inputRef={first} label={c.note} description={t.everybodyReads} value={note} onChange={setNote} />
    </ActForm>
  );
}
