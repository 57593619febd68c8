import { Ban, CheckCheck, CircleDashed, CirclePause, Hammer, type LucideIcon } from "lucide-react";
import type { OrderStatus, PaymentStatus } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import classes from "./Stamp.module.css";

export type Tone = "waiting" | "working" | "held" | "done" | "over" | "bad";

/** A short label of a state. Tones differ in their icon or text too, so that nobody depends on the colour. */
export function Stamp({ tone, icon: Icon, children }: { tone: Tone; icon?: LucideIcon; children: string }) {
  return (
    <span className={classes.stamp} data-tone={tone}>
      {Icon && <Icon size={13} strokeWidth={2.4} aria-hidden="true" />}
      {children}
    </span>
  );
}

const ORDER: Record<OrderStatus, [Tone, LucideIcon]> = {
  PENDING: ["waiting", CircleDashed],
  IN_PROGRESS: ["working", Hammer],
  ON_HOLD: ["held", CirclePause],
  COMPLETED: ["done", CheckCheck],
  CANCELLED: ["over", Ban],
};

export function OrderStamp({ status }: { status: OrderStatus }) {
  const t = useWords(common);
  const [tone, icon] = ORDER[status];
  return (
    <Stamp tone={tone} icon={icon}>
      {t.orderStatus[status]}
    </Stamp>
  );
}

const PAYMENT: Record<PaymentStatus, Tone> = {
  UNPAID: "waiting",
  AUTHORIZED: "working",
  PAID: "done",
  PARTIALLY_REFUNDED: "over",
  REFUNDED: "over",
  FAILED: "bad",
};

export function PaymentStamp({ status }: { status: PaymentStatus }) {
  const t = useWords(common);
  return <Stamp tone={PAYMENT[status]}>{t.paymentStatus[status]}</Stamp>;
}
