import { Eye, EyeOff } from "lucide-react";
import { adminCatalogue } from "@/i18n/en/adminCatalogue";
import { useWords } from "@/i18n/language";
import { Stamp } from "@/ui/Stamp";

/** Says whether customers see a product. Drafts and archived products are the same to the API. */
export function ActiveStamp({ active }: { active: boolean }) {
  const t = useWords(adminCatalogue);
  return (
    <Stamp tone={active ? "done" : "over"} icon={active ? Eye : EyeOff}>
      {active ? t.onSale : t.notOnSale}
    </Stamp>
  );
}
