import { Ban, Check, CircleAlert, Hammer, type LucideIcon } from "lucide-react";
import type { Product } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { storefront } from "@/i18n/en/storefront";
import { useWords } from "@/i18n/language";
import { Stamp, type Tone } from "@/ui/Stamp";
import { type Availability, availabilityOf } from "./availability";

const LOOK: Record<Availability["state"], [Tone, LucideIcon]> = {
  gone: ["over", Ban],
  soldOut: ["over", Ban],
  few: ["waiting", CircleAlert],
  plenty: ["done", Check],
  service: ["working", Hammer],
};

/** Whether a product can be ordered: "3 left", "Sold out". Services have no stock and say what they are. */
export function AvailabilityNote({ product }: { product: Pick<Product, "active" | "available"> }) {
  const t = useWords(storefront);
  const kinds = useWords(common).kind;
  const availability = availabilityOf(product);
  const [tone, icon] = LOOK[availability.state];
  const texts: Record<Availability["state"], string> = {
    gone: t.gone,
    soldOut: t.soldOut,
    few: availability.state === "few" ? t.left(availability.left) : "",
    plenty: t.available,
    service: kinds.SERVICE,
  };
  return (
    <Stamp tone={tone} icon={icon}>
      {texts[availability.state]}
    </Stamp>
  );
}
