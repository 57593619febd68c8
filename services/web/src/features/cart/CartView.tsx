import { Button, Skeleton } from "@mantine/core";
import { ShoppingCart } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import type { CartItem } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { storefront } from "@/i18n/en/storefront";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { Empty } from "@/ui/Empty";
import { FailureNote } from "@/ui/Failure";
import { ButtonLink } from "@/ui/links";
import { CartLine } from "./CartLine";
import lines from "./CartLine.module.css";
import { CartNotices } from "./CartNotices";
import { CartSummary } from "./CartSummary";
import classes from "./CartView.module.css";
import { useCart, usePutItem, useRemoveItem } from "./useCart";

type Props = {
  /** The picture of a line; `few` says that loading each is affordable. */
  picture: (item: CartItem, few: boolean) => ReactNode;
};

/** Visitors have 100 calls in 15 minutes: the pictures of a large cart are those that are known. */
const FEW = 8;

/** The cart: lines to change and remove, what has changed by itself, and the sum. */
export function CartView({ picture }: Props) {
  const t = useWords(storefront);
  const { data: cart, error, refetch } = useCart();
  const [removed, setRemoved] = useState<CartItem | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const remove = useRemoveItem();
  const put = usePutItem();
  const takeOut = (item: CartItem) => {
    setRemoved(item);
    put.reset();
    // Back in its place if the server did not do it.
    remove.mutate(item.productId, { onError: () => setRemoved(null) });
  };
  const putBack = ({ productId, quantity }: CartItem) =>
    put.mutate(
      { productId, quantity },
      {
        onSuccess: () => {
          setRemoved(null);
          list.current?.focus();
        },
      },
    );
  if (!cart) return error ? <FailureNote error={error} onRetry={() => void refetch()} /> : <CartSkeleton />;
  const failure = remove.error ?? put.error;
  return (
    <div className={classes.view}>
      <CartNotices cart={cart} />
      {removed && (
        <Removed key={removed.productId} item={removed} busy={put.isPending} onUndo={() => putBack(removed)} />
      )}
      {failure && <FailureNote error={failure} />}
      {cart.items.length === 0 ? (
        <EmptyCart />
      ) : (
        <div className={classes.layout}>
          <Card flush>
            <ul ref={list} tabIndex={-1} aria-label={t.lines} className={lines.lines}>
              {cart.items.map((item) => (
                <CartLine
                  key={item.productId}
                  item={item}
                  picture={picture(item, cart.items.length <= FEW)}
                  onRemove={() => takeOut(item)}
                />
              ))}
            </ul>
          </Card>
          <CartSummary cart={cart} />
        </div>
      )}
    </div>
  );
}

/** Says what was removed, and takes the focus that the removed line had. What cannot be ordered cannot be put back either. */
function Removed({ item, busy, onUndo }: { item: CartItem; busy: boolean; onUndo: () => void }) {
  const t = useWords(storefront);
  const { undo } = useWords(common);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => (place.current?.querySelector("button") ?? place.current)?.focus(), []);
  return (
    <div ref={place} tabIndex={-1} role="status" className={classes.removed}>
      <span>{t.removed(item.name)}</span>
      {item.quantity > 0 && (
        <Button size="compact-sm" variant="default" loading={busy} aria-label={t.putBack(item.name)} onClick={onUndo}>
          {undo}
        </Button>
      )}
    </div>
  );
}

function EmptyCart() {
  const t = useWords(storefront);
  return (
    <Empty
      icon={<ShoppingCart size={32} aria-hidden="true" />}
      title={t.emptyCart}
      hint={t.emptyCartHint}
      action={
        <div className={classes.actions}>
          <ButtonLink to="/products">{t.seeProducts}</ButtonLink>
          <ButtonLink to="/order" variant="default">
            {t.describe}
          </ButtonLink>
        </div>
      }
    />
  );
}

/** As high as a cart of two lines. */
function CartSkeleton() {
  return (
    <div className={classes.layout} aria-hidden="true">
      <Skeleton height="11.6rem" radius="md" />
      <Skeleton height="11.6rem" radius="md" />
    </div>
  );
}
