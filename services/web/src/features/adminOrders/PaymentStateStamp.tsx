import { Check, CircleDashed, type LucideIcon, Undo2, X } from "lucide-react";
import type { PaymentState } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { Stamp, type Tone } from "@/ui/Stamp";

const LOOKS: Record<PaymentState, [Tone, LucideIcon]> = {
  PENDING: ["waiting", CircleDashed],
  SUCCEEDED: ["done", Check],
  FAILED: ["bad", X],
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
