import { VisuallyHidden } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { ShoppingCart } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { storefront } from "@/i18n/en/storefront";
import { useWords } from "@/i18n/language";
import { number } from "@/ui/format";
import classes from "./CartLink.module.css";
import { units } from "./cart";
import { useCart } from "./useCart";

/** The way to the cart, with the number of units in it. A change of the number is announced; the first number is not. */
export function CartLink({ className }: { className?: string | undefined }) {
  const t = useWords(storefront);
  const { data } = useCart();
  const count = data ? units(data) : null;
  const before = useRef<number | null>(null);
  const [changed, setChanged] = useState(false);
  useEffect(() => {
    if (count === null) return;
    if (before.current !== null && before.current !== count) setChanged(true);
    before.current = count;
  }, [count]);
  return (
    <>
      <Link to="/cart" className={className} aria-label={count ? t.cartOf(count) : t.cart}>
        <ShoppingCart size={20} aria-hidden="true" />
        <span className={classes.word}>{t.cart}</span>
        {count ? <span className={classes.count}>{count > 999 ? `${number(999)}+` : number(count)}</span> : null}
      </Link>
      <VisuallyHidden role="status">
        {changed && count !== null && (count === 0 ? t.cartIsEmpty : t.cartHas(count))}
      </VisuallyHidden>
    </>
  );
}
