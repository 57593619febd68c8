import { Check, UserCheck, X } from "lucide-react";
import { work } from "@/i18n/en/work";
import { useWords } from "@/i18n/language";
import { ButtonLink } from "@/ui/links";
import { goneText } from "./goneText";
import { Notice } from "./Notice";
import type { Gone } from "./pool";

type Props = { gone: Gone; selected: boolean; orderId: string };

/** Says why an order left the pool, and who has it now. */
export function GoneNote({ gone, selected, orderId }: Props) {
  const t = useWords(work).pool;
  if (gone.why === "mine") {
    return (
      <Notice tone="done" icon={Check} title={goneText(gone)}>
        <ButtonLink to="/orders/$orderId" params={{ orderId }} size="xs" variant="default" mt={6}>
          {t.openIt}
        </ButtonLink>
      </Notice>
    );
  }
  return (
    <Notice tone="over" icon={gone.why === "claimed" ? UserCheck : X} title={goneText(gone)}>
      {selected && t.wasSelected}
    </Notice>
  );
}
