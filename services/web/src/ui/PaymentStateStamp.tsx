import { Ban, CheckCheck, CircleAlert, CircleDashed, Hourglass, type LucideIcon, TimerOff, Undo2 } from "lucide-react";
import type { PaymentState } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { Stamp, type Tone } from "./Stamp";

const LOOKS: Record<PaymentState, [Tone, LucideIcon]> = {
  CREATED: ["waiting", CircleDashed],
  PENDING: ["waiting", CircleDashed],
  AUTHORIZED: ["working", Hourglass],
  SUCCEEDED: ["done", CheckCheck],
  FAILED: ["bad", CircleAlert],
  CANCELLED: ["over", Ban],
  EXPIRED: ["over", TimerOff],
  REFUNDING: ["working", Undo2],
  REFUNDED: ["over", Undo2],
};

export function PaymentStateStamp({ state }: { state: PaymentState }) {
  const t = useWords(common);
  const [tone, icon] = LOOKS[state];
  return (
    <Stamp tone={tone} icon={icon}>
      {t.paymentState[state]}
    </Stamp>
  );
}
