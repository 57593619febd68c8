import { Check, CircleDashed, type LucideIcon, X } from "lucide-react";
import type { ChangeRequestState } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { Stamp, type Tone } from "@/ui/Stamp";

const LOOKS: Record<ChangeRequestState, [Tone, LucideIcon]> = {
  PENDING: ["waiting", CircleDashed],
  APPROVED: ["done", Check],
  REJECTED: ["over", X],
};

export function RequestStamp({ state }: { state: ChangeRequestState }) {
  const t = useWords(common);
  const [tone, icon] = LOOKS[state];
  return (
    <Stamp tone={tone} icon={icon}>
      {t.requestState[state]}
    </Stamp>
  );
}
