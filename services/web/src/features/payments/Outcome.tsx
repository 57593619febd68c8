import { Alert, Group, Stack, Text } from "@mantine/core";
import { Ban, CheckCheck, CircleAlert, CircleDashed, Hourglass, type LucideIcon } from "lucide-react";
import { useState } from "react";
import type { Order, Payment } from "@/api/schema";
import { checkout } from "@/i18n/en/checkout";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { ButtonLink } from "@/ui/links";
import { useNow } from "@/ui/useNow";
import { useRepeat } from "@/ui/useRepeat";
import { type OutcomeKind, outcomeOf } from "./outcomeOf";
import { useCapture } from "./useCapture";
import { usePayments } from "./usePayments";

/** How often the shop is asked while the provider's message is waited for, and for how long, in milliseconds. */
const EVERY = 4_000;
const PATIENCE = 120_000;

const LOOK: Record<OutcomeKind, [icon: LucideIcon, color: string]> = {
  waiting: [Hourglass, "carbon"],
  late: [Hourglass, "yellow"],
  byHand: [Hourglass, "carbon"],
  paid: [CheckCheck, "green"],
  free: [CheckCheck, "green"],
  requested: [CheckCheck, "green"],
  offered: [CircleDashed, "carbon"],
  unpaid: [CircleDashed, "yellow"],
  failed: [CircleAlert, "red"],
  over: [Ban, "gray"],
};

type Props = {
  order: Order;
  /** Loads the order again. */
  reload: () => void;
};

/** What became of a placed order: waits for the payment, then says what happens next. */
export function Outcome({ order, reload }: Props) {
  const w = useWords(checkout);
  const now = useNow(1_000);
  const [since] = useState(Date.now);
  const { data, error, isPending, refetch } = usePayments(order.id);
  const kind = outcomeOf(order, data?.items ?? [], now, now - since > PATIENCE);
  const again = () => {
    reload();
    void refetch();
  };
  useCapture(data?.items.find(isAskedAbout));
  useRepeat(kind === "waiting", EVERY, again);
  if (error && !data) return <FailureNote error={error} onRetry={again} />;
  const [Icon, color] = LOOK[kind];
  const { title, hint } = w.outcome[kind];
  return (
    <Stack gap="sm">
      {/* Until the payments are known, an order that is not paid may just be waiting for its payment. */}
      <Alert role="status" color={color} variant="light" icon={<Icon />} title={isPending ? w.loading : title}>
        {!isPending && <Text size="sm">{kind === "paid" ? w.next[order.kind] : hint}</Text>}
      </Alert>
      {!isPending && (kind === "unpaid" || kind === "failed" || kind === "byHand") && (
        <Group>
          <ButtonLink to="/pay/$orderId" params={{ orderId: order.id }}>
            {{ unpaid: w.payNow, failed: w.payAgain, byHand: w.howToPay }[kind]}
          </ButtonLink>
        </Group>
      )}
    </Stack>
  );
}

/** Whether its provider can tell what became of it. */
function isAskedAbout({ provider, state }: Payment): boolean {
  return provider !== "MANUAL" && (state === "PENDING" || state === "AUTHORIZED");
}
