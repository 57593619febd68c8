import { Alert, Stack, Text } from "@mantine/core";
import { Landmark } from "lucide-react";
import type { Payment } from "@/api/schema";
import { checkout } from "@/i18n/en/checkout";
import { useWords } from "@/i18n/language";
import { dateTime, money } from "@/ui/format";
import { missingOf } from "./manualMoney";
import classes from "./Payments.module.css";

type Props = { payment: Payment; keptUntil: string | null };

/** How to pay by bank transfer or in cash, and what has arrived so far. */
export function PayByHand({ payment, keptUntil }: Props) {
  const w = useWords(checkout);
  const { amount, received, instructions, orderNumber } = payment;
  const arrived = received !== null && received.amount > 0;
  return (
    <Alert color="carbon" icon={<Landmark />} title={w.byHandTitle}>
      <Stack gap="xs">
        <Text size="sm" className={classes.words}>
          {instructions ?? w.noInstructions}
        </Text>
        <ul className={classes.items}>
          <Fact name={w.amount} value={money(amount)} />
          <Fact name={w.orderNumber} value={orderNumber} />
          {arrived && <Fact name={w.received} value={money(received)} />}
          {arrived && <Fact name={w.missing} value={money(missingOf(payment))} />}
        </ul>
        <Text size="sm">{w.byHandHint}</Text>
        {keptUntil && (
          <Text size="sm" c="dimmed">
            {w.keptUntil(dateTime(keptUntil))}
          </Text>
        )}
      </Stack>
    </Alert>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <li className={classes.item}>
      <span>{name}</span>
      <strong>{value}</strong>
    </li>
  );
}
