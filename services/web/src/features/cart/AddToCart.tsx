import { Button } from "@mantine/core";
import { Check, ShoppingCart } from "lucide-react";
import { type FormEvent, useRef, useState } from "react";
import type { Product } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { storefront } from "@/i18n/en/storefront";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { ButtonLink, TextLink } from "@/ui/links";
import classes from "./AddToCart.module.css";
import { lineOf } from "./cart";
import { QuantityField } from "./QuantityField";
import { quantityOf, quantityProblem } from "./quantity";
import { refusalText } from "./refusal";
import { useAddItem, useCart } from "./useCart";

type Props = { product: Pick<Product, "id" | "name" | "available"> };

/** Puts a number of units into the cart, or orders them at once. For products that can be ordered. */
export function AddToCart({ product }: Props) {
  const t = useWords(storefront);
  const words = useWords(common);
  const { data: cart } = useCart();
  const add = useAddItem();
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState("1");
  const [problem, setProblem] = useState<string | null>(null);
  const inCart = lineOf(cart, product.id)?.quantity ?? 0;
  const refused = add.isError ? refusalText(add.error, inCart, t) : null;
  const change = (value: string) => {
    setTyped(value);
    setProblem(null);
    add.reset();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wrong = quantityProblem(typed, { available: product.available, inCart }, t);
    setProblem(wrong);
    if (wrong) input.current?.focus();
    else add.mutate({ productId: product.id, more: quantityOf(typed) ?? 1 }, { onError: () => input.current?.focus() });
  };
  return (
    <form className={classes.form} onSubmit={submit} noValidate>
      <div className={classes.row}>
        <QuantityField
          ref={input}
          label={words.quantity}
          value={typed}
          onChange={change}
          most={product.available}
          error={problem ?? refused}
        />
        <Button type="submit" loading={add.isPending} leftSection={<ShoppingCart size={17} aria-hidden="true" />}>
          {t.addToCart}
        </Button>
        <ButtonLink
          to="/order"
          search={{ product: product.id, quantity: orderable(typed, product.available) }}
          variant="default"
        >
          {t.orderNow}
        </ButtonLink>
      </div>
      {add.isError && !refused && <FailureNote error={add.error} />}
      <div className={classes.status}>
        <span role="status">
          {add.isSuccess && (
            <span className={classes.added}>
              <Check size={16} aria-hidden="true" />
              {t.added(add.variables.more, product.name)}
            </span>
          )}
        </span>
        {inCart > 0 && (
          <span>
            {t.inCart(inCart)} <TextLink to="/cart">{t.toCart}</TextLink>
          </span>
        )}
      </div>
    </form>
  );
}

/** What is typed, as far as it can be ordered: the order form asks again anyway. */
function orderable(typed: string, available: number | null): number {
  const quantity = quantityOf(typed) ?? 1;
  return available === null ? quantity : Math.max(Math.min(quantity, available), 1);
}
