import { Stack, Text } from "@mantine/core";
import type { Cart } from "@/api/schema";
import { orderForm } from "@/i18n/en/orderForm";
import { useWords } from "@/i18n/language";
import { sentence } from "@/ui/Failure";
import { money, number } from "@/ui/format";
import { TextLink } from "@/ui/links";
import classes from "./OrderForm.module.css";

/** The cart, to be ordered as it is; it is changed on its own page. */
export function CartLines({ cart }: { cart: Cart | undefined }) {
  const w = useWords(orderForm);
  if (!cart || cart.items.length === 0) {
    return (
      <Text>
        {w.cartEmpty} <TextLink to="/products">{w.toProducts}</TextLink>
      </Text>
    );
  }
  return (
    <Stack gap="xs">
      <ul className={classes.lines}>
        {cart.items.map(({ productId, name, quantity, lineTotal, changes }) => (
          <li key={productId}>
            <div className={classes.sum}>
              <span>{`${number(quantity)} × ${name}`}</span>
              <span>{money(lineTotal)}</span>
            </div>
            {changes.map(({ code, message }) => (
              <p key={code} className={classes.problem}>
                {sentence(message)}
              </p>
            ))}
          </li>
        ))}
      </ul>
      <TextLink to="/cart" size="sm">
        {w.changeCart}
      </TextLink>
    </Stack>
  );
}
