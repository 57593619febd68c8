import { ActionIcon, Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Info, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import type { CartItem } from "@/api/schema";
import { storefront } from "@/i18n/en/storefront";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { money } from "@/ui/format";
import classes from "./CartLine.module.css";
import { changeText } from "./cart";
import { QuantityField } from "./QuantityField";
import { useLineQuantity } from "./useLineQuantity";

type Props = { item: CartItem; picture: ReactNode; onRemove: () => void };

/** A line of the cart: what it is, how many, what has changed, and what it costs. */
export function CartLine({ item, picture, onRemove }: Props) {
  const t = useWords(storefront);
  const quantity = useLineQuantity(item);
  const none = item.quantity === 0;
  return (
    <li className={classes.line} data-over={none || undefined} aria-busy={quantity.busy}>
      {picture}
      <div className={classes.what}>
        <Link to="/products/$productId" params={{ productId: item.productId }} className={classes.name}>
          {item.name}
        </Link>
        <span className={`${classes.soft} figures`}>{t.each(money(item.unitPrice))}</span>
      </div>
      <ActionIcon
        className={classes.remove}
        variant="subtle"
        size={36}
        aria-label={t.removeLine(item.name)}
        onClick={onRemove}
      >
        <Trash2 size={17} aria-hidden="true" />
      </ActionIcon>
      <div className={classes.foot}>
        {none ? <span className={classes.soft}>{t.noneNow}</span> : <Quantity item={item} quantity={quantity} />}
        <strong className={`${classes.total} figures`}>{money(item.lineTotal)}</strong>
      </div>
      <div className={classes.below}>
        <Changes item={item} busy={quantity.busy} onAccept={() => quantity.set(item.quantity)} />
        {quantity.failure && <FailureNote error={quantity.failure} onRetry={quantity.retry} />}
      </div>
    </li>
  );
}

type Entry = ReturnType<typeof useLineQuantity>;

function Quantity({ item, quantity }: { item: CartItem; quantity: Entry }) {
  const t = useWords(storefront);
  const { text, change, leave, set, problem, left } = quantity;
  return (
    <div className={classes.quantity}>
      <QuantityField
        hidden
        label={t.quantityOf(item.name)}
        value={text}
        onChange={change}
        onBlur={leave}
        most={item.available}
        error={problem}
      />
      {left !== null && left > 0 && (
        <Button size="xs" variant="default" onClick={() => set(left)}>
          {t.takeLeft(left)}
        </Button>
      )}
    </div>
  );
}

function Changes({ item, busy, onAccept }: { item: CartItem; busy: boolean; onAccept: () => void }) {
  const t = useWords(storefront);
  if (item.changes.length === 0) return null;
  return (
    <div className={classes.changes}>
      <Info size={16} aria-hidden="true" />
      <ul>
        {item.changes.map((change) => (
          <li key={change.code}>{changeText(item, change, t.changes)}</li>
        ))}
      </ul>
      {item.quantity > 0 && (
        <Button
          size="compact-sm"
          variant="default"
          loading={busy}
          aria-label={t.acceptChange(item.name)}
          onClick={onAccept}
        >
          {t.understood}
        </Button>
      )}
    </div>
  );
}
