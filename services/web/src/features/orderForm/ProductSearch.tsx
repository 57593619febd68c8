import { Checkbox, Skeleton, Stack, Text } from "@mantine/core";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useDeferredValue, useState } from "react";
import type { Product } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { orderForm } from "@/i18n/en/orderForm";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { money } from "@/ui/format";
import { SearchField } from "@/ui/SearchField";
import { foundOptions } from "./firstData";
import type { FormHandle } from "./form";
import classes from "./OrderForm.module.css";
import { productOptions } from "./useChosen";

type Props = { form: FormHandle; picture: ((product: Product) => ReactNode) | undefined };

/** Finds products and adds them to the order. */
export function ProductSearch({ form, picture }: Props) {
  const t = useWords(common);
  const w = useWords(orderForm);
  const client = useQueryClient();
  const [text, setText] = useState("");
  const { data, error, isError, refetch } = useQuery({
    ...foundOptions(text),
    placeholderData: keepPreviousData,
  });
  // Drawn in short steps: the form comes first.
  const found = useDeferredValue(data?.items);
  const chosen = new Set(form.values.lines.map(({ productId }) => productId));
  const toggle = (product: Product) => {
    // Shown at once in the list of the chosen ones.
    client.setQueryData(productOptions(product.id).queryKey, product);
    const { lines } = form.getValues();
    const others = lines.filter(({ productId }) => productId !== product.id);
    const isChosen = others.length < lines.length;
    form.setFieldValue("lines", isChosen ? others : [...lines, { productId: product.id, quantity: "1" }]);
  };
  const priceOf = ({ price }: Product) => (price.amount > 0 ? money(price) : w.priceOnRequest);
  return (
    <Stack gap="xs">
      <SearchField value={text} onChange={setText} label={w.findProducts} />
      {isError && <FailureNote error={error} onRetry={() => void refetch()} />}
      {!found && !isError && <Skeleton height="15rem" />}
      {found && (
        <ul className={classes.results} aria-label={w.findProducts}>
          {found.map((product) => (
            <li key={product.id} className={classes.found} data-chosen={chosen.has(product.id) || undefined}>
              <Checkbox
                checked={chosen.has(product.id)}
                onChange={() => toggle(product)}
                label={product.name}
                description={`${t.kind[product.kind]} · ${priceOf(product)}`}
              />
              {picture?.(product)}
            </li>
          ))}
        </ul>
      )}
      <div role="status">{found?.length === 0 && <Text c="dimmed">{w.noProduct}</Text>}</div>
    </Stack>
  );
}
