import type { Order } from "@/api/schema";
import { work } from "@/i18n/en/work";
import { useWords } from "@/i18n/language";
import { money } from "@/ui/format";
import classes from "./Work.module.css";

/** What is ordered, with prices. */
export function OrderLines({ order }: { order: Order }) {
  const t = useWords(work);
  if (order.items.length === 0) return null;
  // Two lines may be of the same product.
  const lines = order.items.map((item, place) => ({ item, id: `${place}-${item.productId ?? item.name}` }));
  return (
    <section>
      <h3>{t.preview.items}</h3>
      <ul className={classes.lines}>
        {lines.map(({ item, id }) => (
          <li key={id}>
            <span>{t.times(item.quantity, item.name)}</span>
            <span className="figures">{money(item.lineTotal)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
