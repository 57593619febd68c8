import { PackageX, TriangleAlert } from "lucide-react";
import { adminCatalogue } from "@/i18n/en/adminCatalogue";
import { useWords } from "@/i18n/language";
import { Stamp } from "@/ui/Stamp";
import type { StockState } from "./stock";

/** Says that a product is sold out or low in stock. */
export function StockMark({ state }: { state: StockState }) {
  const t = useWords(adminCatalogue);
  if (state === "out") {
    return (
      <Stamp tone="bad" icon={PackageX}>
        {t.soldOut}
      </Stamp>
    );
  }
  if (state === "low") {
    return (
      <Stamp tone="waiting" icon={TriangleAlert}>
        {t.low}
      </Stamp>
    );
  }
  return null;
}
