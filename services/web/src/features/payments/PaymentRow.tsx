import { Button, Text } from "@mantine/core";
import { Undo2 } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import type { Order, Payment } from "@/api/schema";
import { checkout } from "@/i18n/en/checkout";
import { useWords } from "@/i18n/language";
import { dateTime, money } from "@/ui/format";
import { PaymentStateStamp } from "@/ui/PaymentStateStamp";
import classes from "./Payments.module.css";
import { wasPaid } from "./payState";

// Few orders have refunds, or are paid by hand.
const RefundForm = lazy(async () => ({ default: (await import("./RefundForm")).RefundForm }));
const Receipts = lazy(async () => ({ default: (await import("./Receipts")).Receipts }));
const Refunds = lazy(async () => ({ default: (await import("./Refunds")).Refunds }));

type Props = {
  order: Order;
  payment: Payment;
  /** Whether the viewer may refund it, and says what arrives by hand. */
  isAdmin: boolean;
};

/** One attempt to pay, with what was refunded of it. */
export function PaymentRow({ order, payment, isAdmin }: Props) {
  const w = useWords(checkout);
  const [open, setOpen] = useState(false);
  const { amount, received, refunded, refundable, state } = payment;
  const paid = wasPaid(payment);
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
      {received && received.amount > 0 && !paid && (
        <Text component="span" size="sm" className={classes.wide}>
          {w.receivedOf(money(received), money(amount))}
        </Text>
      )}
      {isAdmin && payment.provider === "MANUAL" && (
        <Suspense>
          <Receipts payment={payment} />
        </Suspense>
      )}
      {hasRefunds && (
        <Suspense>
          <Refunds payment={payment} standing={`${refunded.amount}/${refundable.amount}`} isAdmin={isAdmin} />
        </Suspense>
      )}
      {isAdmin && refundable.amount > 0 && !open && (
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
            <RefundForm order={order} payment={payment} onClose={() => setOpen(false)} />
          </Suspense>
        </div>
      )}
    </li>
  );
}
