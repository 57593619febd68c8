import type { Cart } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { storefront } from "@/i18n/en/storefront";
import { useWords } from "@/i18n/language";
import { day, money } from "@/ui/format";
import { ButtonLink, TextLink } from "@/ui/links";
import classes from "./CartView.module.css";
import { units } from "./cart";

/** The sum, and the way to order. */
export function CartSummary({ cart }: { cart: Cart }) {
  const t = useWords(storefront);
  const { subtotal } = useWords(common);
  const orderable = units(cart) > 0;
  return (
    <aside className={classes.summary} aria-label={subtotal}>
      <div className={classes.sum} aria-live="polite">
        <span>{subtotal}</span>
        <strong className="figures">{money(cart.subtotal)}</strong>
      </div>
      {orderable ? (
        <ButtonLink to="/order" search={{ cart: true }} size="md" fullWidth>
          {t.orderCart}
        </ButtonLink>
      ) : (
        <p className={classes.hint}>{t.nothingToOrder}</p>
      )}
      <p className={classes.hint}>
        {t.notReserved} {cart.expiresAt && t.keptUntil(day(cart.expiresAt))}
      </p>
      <TextLink to="/products">{t.keepShopping}</TextLink>
    </aside>
  );
}
