import { Ban, CheckCheck, CircleAlert, CircleDashed, type LucideIcon, Undo2 } from "lucide-react";
import type { PaymentState } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { Stamp, type Tone } from "./Stamp";

const LOOKS: Record<PaymentState, [Tone, LucideIcon]> = {
  PENDING: ["waiting", CircleDashed],
  SUCCEEDED: ["done", CheckCheck],
  FAILED: ["bad", CircleAlert],
  REFUNDING: ["working", Undo2],
  REFUNDED: ["over", Ban],
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
