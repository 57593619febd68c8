import { Button, Skeleton, Stack, Text } from "@mantine/core";
import { common } from "@/i18n/en/common";
import { orderForm } from "@/i18n/en/orderForm";
import { useWords } from "@/i18n/language";
import { money, number } from "@/ui/format";
import { type Chosen, isQuoteRequest } from "./chosen";
import classes from "./OrderForm.module.css";
import type { Values } from "./values";

type Props = { values: Values; chosen: Chosen; busy: boolean; onPlace: () => void };

/** What the order comes to, and the button that places it. */
export function Summary({ values, chosen, busy, onPlace }: Props) {
  const t = useWords(common);
  const w = useWords(orderForm);
  const { lines, total, loading } = chosen;
  const quote = isQuoteRequest(values.subject, chosen);
  return (
    <Stack gap="sm">
      {loading && <Skeleton height="4rem" />}
      {values.subject === "request" && <Text>{values.title.trim() || w.untitled}</Text>}
      {lines.length > 0 && (
        <div>
          {lines.map(({ productId, name, quantity, unitPrice }) => (
            <div key={productId} className={classes.sum}>
              <span>{`${number(quantity)} × ${name}`}</span>
              <span>
                {unitPrice.amount > 0 ? money({ ...unitPrice, amount: unitPrice.amount * quantity }) : w.priceOnRequest}
              </span>
            </div>
          ))}
          {total && !quote && (
            <div className={classes.total}>
              <span>{t.total}</span>
              <span aria-live="polite">{money(total)}</span>
            </div>
          )}
        </div>
      )}
      <Text size="sm" c="dimmed">
        {quote ? w.quoteHint : w.payHint}
      </Text>
      <Button size="md" fullWidth loading={busy} onClick={onPlace}>
        {quote ? w.sendRequest : w.place}
      </Button>
    </Stack>
  );
}
