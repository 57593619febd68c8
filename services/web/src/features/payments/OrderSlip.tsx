import { Text } from "@mantine/core";
import type { Order } from "@/api/schema";
import { checkout } from "@/i18n/en/checkout";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { countryName } from "@/ui/countries";
import { day, money, number } from "@/ui/format";
import classes from "./Payments.module.css";

/** What was ordered, where it goes, and what it costs. */
export function OrderSlip({ order }: { order: Order }) {
  const t = useWords(common);
  const w = useWords(checkout);
  const { items, title, description, specialInstructions, estimatedCompletion, shippingAddress, total, quote } = order;
  const priced = !quote || quote.state === "ACCEPTED";
  return (
    <div className={classes.slip}>
      {title && <Text fw={600}>{title}</Text>}
      {description && <Text className={classes.words}>{description}</Text>}
      {items.length > 0 && (
        <ul className={classes.items}>
          {items.map((item, index) => (
            <li key={`${index} ${item.productId}`} className={classes.item}>
              <span>{`${number(item.quantity)} × ${item.name}`}</span>
              <span>{money(item.lineTotal)}</span>
            </li>
          ))}
        </ul>
      )}
      {specialInstructions && <Text className={classes.words}>{specialInstructions}</Text>}
      {estimatedCompletion && (
        <Text size="sm" c="dimmed">
          {w.wantedBy(day(estimatedCompletion))}
        </Text>
      )}
      {shippingAddress && (
        <Text size="sm" c="dimmed">
          {w.goesTo(addressLine(shippingAddress))}
        </Text>
      )}
      {priced && (
        <div className={classes.total}>
          <span>{t.total}</span>
          <span>{money(total)}</span>
        </div>
      )}
    </div>
  );
}

function addressLine(address: NonNullable<Order["shippingAddress"]>): string {
  const { name, line1, line2, postalCode, city, region, country } = address;
  const place = [postalCode, city].filter(Boolean).join(" ");
  return [name, line1, line2, place, region, countryName(country)].filter(Boolean).join(", ");
}
