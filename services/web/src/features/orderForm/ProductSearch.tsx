import { Checkbox, Skeleton, Stack, Text } from "@mantine/core";
import { keepPreviousData, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { $api } from "@/api/client";
import type { Product } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { orderForm } from "@/i18n/en/orderForm";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { money } from "@/ui/format";
import { SearchField } from "@/ui/SearchField";
import type { FormHandle } from "./form";
import classes from "./OrderForm.module.css";
import { productOptions } from "./useChosen";

/** Results shown at a time: a search is quicker than a long list. */
const MOST = 6;

type Props = { form: FormHandle; picture: ((product: Product) => ReactNode) | undefined };

/** Finds products and adds them to the order. */
export function ProductSearch({ form, picture }: Props) {
  const t = useWords(common);
  const w = useWords(orderForm);
  const client = useQueryClient();
  const [text, setText] = useState("");
  const { data, error, isError, isPending, refetch } = $api.useQuery(
    "get",
    "/api/v1/products",
    { params: { query: { ...(text && { q: text.slice(0, 200) }), inStock: true, limit: MOST } } },
    { placeholderData: keepPreviousData },
  );
  const chosen = new Set(form.values.lines.map(({ productId }) => productId));
  const toggle = (product: Product) => {
    // Shown at once in the list of the chosen ones.
    client.setQueryData(productOptions(product.id).queryKey, product);
    form.setFieldValue("lines", (lines) => {
      const others = lines.filter(({ productId }) => productId !== product.id);
      return others.length < lines.length ? others : [...lines, { productId: product.id, quantity: "1" }];
    });
    form.clearFieldError("lines");
  };
  const priceOf = ({ price }: Product) => (price.amount > 0 ? money(price) : w.priceOnRequest);
  return (
    <Stack gap="xs">
      <SearchField value={text} onChange={setText} label={w.findProducts} />
      {isError && <FailureNote error={error} onRetry={() => void refetch()} />}
      {isPending && <Skeleton height="15rem" />}
      {data && (
        <ul className={classes.results} aria-label={w.findProducts}>
          {data.items.map((product) => (
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
      <div role="status">{data?.items.length === 0 && <Text c="dimmed">{w.noProduct}</Text>}</div>
    </Stack>
  );
}
