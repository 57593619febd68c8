import { Button, Text } from "@mantine/core";
import { Undo2 } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import type { Payment } from "@/api/schema";
import { checkout } from "@/i18n/en/checkout";
import { useWords } from "@/i18n/language";
import { dateTime, money } from "@/ui/format";
import { PaymentStateStamp } from "@/ui/PaymentStateStamp";
import classes from "./Payments.module.css";

// Few orders have refunds.
const RefundForm = lazy(async () => ({ default: (await import("./RefundForm")).RefundForm }));
const Refunds = lazy(async () => ({ default: (await import("./Refunds")).Refunds }));

type Props = {
  payment: Payment;
  /** Whether the viewer may refund it. */
  mayRefund: boolean;
};

/** One attempt to pay, with what was refunded of it. */
export function PaymentRow({ payment, mayRefund }: Props) {
  const w = useWords(checkout);
  const [open, setOpen] = useState(false);
  const { amount, refunded, refundable, state } = payment;
  const paid = state === "SUCCEEDED" || state === "REFUNDING" || state === "REFUNDED";
  // Less can be refunded than was paid: some of it is back, or on its way.
  const hasRefunds = paid && refundable.amount < amount.amount;
  return (
    <li className={classes.payment}>
      <Text component="span" fw={600} className="figures">
        {money(amount)}
      </Text>
      <PaymentStateStamp state={state} />
      <Text component="span" size="sm" c="dimmed">
        {`${w.providers[payment.provider]} · ${dateTime(payment.createdAt)}`}
      </Text>
      {payment.failureReason && <p className={classes.reason}>{payment.failureReason}</p>}
      {hasRefunds && (
        <Suspense>
          <Refunds paymentId={payment.id} standing={`${refunded.amount}/${refundable.amount}`} />
        </Suspense>
      )}
      {mayRefund && refundable.amount > 0 && !open && (
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<Undo2 size={14} aria-hidden="true" />}
          onClick={() => setOpen(true)}
        >
          {w.refundPart}
        </Button>
      )}
      {open && refundable.amount > 0 && (
        <div className={classes.wide}>
          <Suspense>
            <RefundForm payment={payment} onClose={() => setOpen(false)} />
          </Suspense>
        </div>
      )}
    </li>
  );
}
