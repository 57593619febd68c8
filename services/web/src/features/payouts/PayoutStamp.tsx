import { Ban, CheckCheck, CircleAlert, CircleDashed, type LucideIcon, Send, ThumbsUp } from "lucide-react";
import type { Payout } from "@/api/schema";
import { payouts } from "@/i18n/en/payouts";
import { useWords } from "@/i18n/language";
import { Stamp, type Tone } from "@/ui/Stamp";

const LOOKS: Record<Payout["state"], [Tone, LucideIcon]> = {
  PENDING: ["waiting", CircleDashed],
  APPROVED: ["working", ThumbsUp],
  SENT: ["working", Send],
  PAID: ["done", CheckCheck],
  FAILED: ["bad", CircleAlert],
  CANCELLED: ["over", Ban],
};

export function PayoutStamp({ state }: { state: Payout["state"] }) {
  const w = useWords(payouts);
  const [tone, icon] = LOOKS[state];
  return (
    <Stamp tone={tone} icon={icon}>
      {w.states[state]}
    </Stamp>
  );
}
