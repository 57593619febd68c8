import { CheckCheck, CircleAlert, CircleDashed, type LucideIcon, MailX, Send } from "lucide-react";
import type { DeliveryState } from "@/api/schema";
import { adminPeople } from "@/i18n/en/adminPeople";
import { useWords } from "@/i18n/language";
import { Stamp, type Tone } from "@/ui/Stamp";

const LOOKS: Record<DeliveryState, [Tone, LucideIcon]> = {
  QUEUED: ["waiting", CircleDashed],
  SENDING: ["working", Send],
  SENT: ["done", CheckCheck],
  DEAD: ["bad", CircleAlert],
  SUPPRESSED: ["over", MailX],
};

export function MailStamp({ state }: { state: DeliveryState }) {
  const { mails: w } = useWords(adminPeople);
  const [tone, icon] = LOOKS[state];
  return (
    <Stamp tone={tone} icon={icon}>
      {w.states[state]}
    </Stamp>
  );
}
