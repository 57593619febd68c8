import { ActionIcon, Button, Group, Skeleton, Text, TextInput } from "@mantine/core";
import { X } from "lucide-react";
import { type ReactNode, useId, useRef, useState } from "react";
import type { Product } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { orderForm } from "@/i18n/en/orderForm";
import { useWords } from "@/i18n/language";
import { money } from "@/ui/format";
import { quantityOf } from "./chosen";
import type { FormHandle } from "./form";
import classes from "./OrderForm.module.css";
import type { Line } from "./values";

type Props = {
  form: FormHandle;
  /** The product of each line, if it is known. */
  products: readonly (Product | undefined)[];
  picture: ((product: Product) => ReactNode) | undefined;
};

type Removed = { line: Line; index: number; name: string };

/** The chosen products with their quantities. */
export function ChosenLines({ form, products, picture }: Props) {
  const t = useWords(common);
  const w = useWords(orderForm);
  const [removed, setRemoved] = useState<Removed | null>(null);
  const undo = useRef<HTMLButtonElement>(null);
  const { lines } = form.values;
  const remove = (index: number, name: string) => {
    const line = lines[index];
    if (!line) return;
    form.removeLine(index);
    setRemoved({ line, index, name });
    // The button that was pressed is gone.
    requestAnimationFrame(() => undo.current?.focus());
  };
  const restore = ({ line, index }: Removed) => {
    form.insertLine(line, index);
    setRemoved(null);
    requestAnimationFrame(() => form.getInputNode(`lines.${index}.quantity`)?.focus());
  };
  return (
    <div>
      <ul className={classes.lines}>
        {lines.map((line, index) => (
          <LineRow
            key={line.productId}
            form={form}
            index={index}
            product={products[index]}
            picture={picture}
            onRemove={(name) => remove(index, name)}
          />
        ))}
      </ul>
      <div role="status">
        {removed && (
          <Group gap="xs">
            <Text size="sm">{w.removed(removed.name)}</Text>
            <Button ref={undo} size="compact-sm" variant="subtle" onClick={() => restore(removed)}>
              {t.undo}
            </Button>
          </Group>
        )}
      </div>
    </div>
  );
}

type RowProps = {
  form: FormHandle;
  index: number;
  product: Product | undefined;
  picture: Props["picture"];
  onRemove: (name: string) => void;
};

function LineRow({ form, index, product, picture, onRemove }: RowProps) {
  const w = useWords(orderForm);
  const id = useId();
  const { error, ...input } = form.getInputProps(`lines.${index}.quantity`);
  const name = product?.name ?? w.unknownProduct;
  const quantity = quantityOf(form.values.lines[index]?.quantity ?? "");
  return (
    <li className={classes.line}>
      <span>{product && picture?.(product)}</span>
      <span>
        {product || error ? name : <Skeleton height="1.2rem" width="9rem" />}
        {product && <span className={classes.hint}>{priceOf(product, quantity, w)}</span>}
      </span>
      <span className={classes.count}>
        <TextInput
          className={classes.number}
          type="number"
          inputMode="numeric"
          min={1}
          max={product?.available ?? 1_000_000}
          aria-label={w.quantityOf(name)}
          aria-describedby={error ? id : undefined}
          error={Boolean(error)}
          {...input}
        />
        <ActionIcon variant="subtle" size="lg" aria-label={w.remove(name)} onClick={() => onRemove(name)}>
          <X size={18} aria-hidden="true" />
        </ActionIcon>
      </span>
      {error && (
        <p id={id} className={`${classes.problem} ${classes.whole}`}>
          {error}
        </p>
      )}
    </li>
  );
}

type Words = { each: (amount: string) => string; priceOnRequest: string };

function priceOf({ price }: Product, quantity: number, w: Words): string {
  if (price.amount === 0) return w.priceOnRequest;
  if (quantity < 2) return money(price);
  return `${w.each(money(price))} · ${money({ ...price, amount: price.amount * quantity })}`;
}
