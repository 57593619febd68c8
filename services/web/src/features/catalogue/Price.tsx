import type { Money } from "@/api/schema";
import { storefront } from "@/i18n/en/storefront";
import { useWords } from "@/i18n/language";
import { money } from "@/ui/format";

/** A price. What costs nothing is a request for an offer when it is ordered. */
export function Price({ price }: { price: Money }) {
  const t = useWords(storefront);
  return <span className="figures">{price.amount === 0 ? t.onRequest : money(price)}</span>;
}
