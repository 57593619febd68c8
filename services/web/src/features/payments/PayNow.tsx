import { Alert, Button, Radio, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CircleAlert, CreditCard } from "lucide-react";
import { useEffect, useEffectEvent, useState } from "react";
import { isCode } from "@/api/failure";
import type { Order, Payment, PaymentCreated, Provider } from "@/api/schema";
import { useShop } from "@/api/useShop";
import { checkout } from "@/i18n/en/checkout";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { dateTime } from "@/ui/format";
import { PayByHand } from "./PayByHand";
import classes from "./Payments.module.css";
import { type PayState, providerPage, timeLeft } from "./payState";
import { startPayment } from "./startPayment";
import { showPayment } from "./usePayments";

type Props = {
  order: Order;
  state: Extract<PayState, { kind: "due" }>;
  now: number;
  go: (url: string) => void;
  /** The order cannot be paid any more: loads what became of it. */
  onRefused: () => void;
};

/** The choice of a provider, and the way to its page. */
export function PayNow({ order, state, now, go, onRefused }: Props) {
  const w = useWords(checkout);
  const client = useQueryClient();
  const { paymentProviders } = useShop();
  // One by hand is enough.
  const offered = paymentProviders.filter((name) => name !== "MANUAL" || !state.byHand);
  const [chosen, setChosen] = useState(state.failed?.provider);
  const provider = offered.find((name) => name === chosen) ?? offered[0];
  const start = useMutation({
    mutationFn: (chosen: Provider) => startPayment(order.id, chosen),
    onSuccess: ({ payment, redirectUrl }: PaymentCreated) => {
      const page = providerPage(redirectUrl);
      if (page) go(page);
      else onRefused();
      showPayment(payment, client);
    },
    onError: (error) => {
      if (isCode(error, "ORDER_NOT_PAYABLE")) onRefused();
    },
  });
  useReturn(start.reset);
  const left = order.expiresAt && timeLeft(order.expiresAt, now);
  const running = providerPage(state.open?.redirectUrl ?? null);
  // Between the answer and the provider's page.
  const leaving = start.isPending || (start.isSuccess && providerPage(start.data.redirectUrl) !== null);
  return (
    <Stack gap="sm">
      {state.byHand && <PayByHand payment={state.byHand} keptUntil={order.expiresAt} />}
      {state.failed && <Failed payment={state.failed} />}
      {start.isError && <FailureNote error={start.error} onRetry={provider && (() => start.mutate(provider))} />}
      {running && !leaving && state.open && (
        <Alert color="carbon" title={w.underWay}>
          <Text size="sm">{w.underWayHint(dateTime(state.open.createdAt))}</Text>
        </Alert>
      )}
      {offered.length > 1 && (
        <Radio.Group
          label={state.byHand ? w.otherWay : w.provider}
          value={provider ?? null}
          onChange={(name) => setChosen(name as Provider)}
        >
          <Stack gap="xs" mt="xs">
            {offered.map((name) => (
              <Radio key={name} value={name} label={w.providers[name]} />
            ))}
          </Stack>
        </Radio.Group>
      )}
      {offered.length === 1 && provider && <Text c="dimmed">{w.providers[provider]}</Text>}
      {running && !leaving && (
        <Button size="md" leftSection={<CreditCard size={18} aria-hidden="true" />} onClick={() => go(running)}>
          {w.continuePayment}
        </Button>
      )}
      {(provider || !state.byHand) && (
        <Button
          size="md"
          variant={(running && !leaving) || state.byHand ? "default" : "filled"}
          loading={leaving}
          disabled={!provider}
          onClick={() => provider && start.mutate(provider)}
        >
          {payWord(state, running !== null, w)}
        </Button>
      )}
      {left && !state.byHand && (
        <Text size="sm" c="dimmed" className={classes.left}>
          {w.timeLeft(left)}
        </Text>
      )}
    </Stack>
  );
}

type Words = Pick<typeof checkout, "payAnew" | "payAgain" | "payNow" | "payOther">;

function payWord(state: Props["state"], running: boolean, w: Words): string {
  if (running) return w.payAnew;
  if (state.failed) return w.payAgain;
  return state.byHand ? w.payOther : w.payNow;
}

/** The last attempt did not work. */
function Failed({ payment }: { payment: Payment }) {
  const w = useWords(checkout);
  return (
    <Alert role="status" color="red" variant="light" icon={<CircleAlert />} title={w.failed}>
      <Text size="sm">{payment.failureReason ?? w.failedHint}</Text>
    </Alert>
  );
}

/** Calls back when the browser shows this page again as it was left for the provider's. */
function useReturn(onReturn: () => void): void {
  const latest = useEffectEvent(onReturn);
  useEffect(() => {
    const shown = (event: PageTransitionEvent) => event.persisted && latest();
    addEventListener("pageshow", shown);
    return () => removeEventListener("pageshow", shown);
  }, []);
}
