import { Button, Group, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { allCategoriesOptions, CATEGORIES } from "@/api/categories";
import { api, body } from "@/api/client";
import { isCode } from "@/api/failure";
import { refetchNow } from "@/api/queryClient";
import type { Category, Product } from "@/api/schema";
import { adminCatalogue } from "@/i18n/en/adminCatalogue";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { focusFirst } from "@/ui/formErrors";
import { LeaveGuard } from "@/ui/LeaveGuard";
import { ConflictForm } from "./ConflictForm";
import type { Change } from "./ConflictNote";
import { ProductFields } from "./ProductFields";
import { type Draft, draftOf, isChanged, patchOf, sameValue } from "./productDraft";
import { complaints, showRefusal } from "./productForm";
import { PRODUCTS, productOptions, showProduct } from "./queries";
import { useRebase } from "./useRebase";

type Props = { product: Product; threshold: number | undefined };

/** Whether a product is on sale has its own button, beside the form. */
const sameInForm =
  (currency: string) =>
  (field: keyof Draft, a: string | boolean, b: string | boolean): boolean =>
    field === "active" || sameValue(currency)(field, a, b);

/** Changes a product. What others save meanwhile is shown, and never overwrites what is typed here. */
export function EditProductForm({ product, threshold }: Props) {
  const t = useWords(adminCatalogue);
  const words = useWords(common);
  const client = useQueryClient();
  const { currency } = product.price;
  const [inPlace, setInPlace] = useState(false);
  const form = useForm<Draft>({
    initialValues: draftOf(product),
    validate: (draft) => complaints(draft, currency, false),
  });
  const state = useRebase({ latest: product, form, draftOf, same: sameInForm(currency) });
  const changes = useChanges(state.base, form.values);
  const save = useMutation({
    mutationFn: (draft: Draft) =>
      body(
        api.PATCH("/api/v1/products/{id}", {
          params: { path: { id: product.id } },
          body: { ...patchOf(state.base, draft), version: state.base.version },
        }),
      ),
    onMutate: () => setInPlace(false),
    onError: async (error) => {
      setInPlace(showRefusal(form, error));
      // The answer to a conflict is the state that the others left: see useRebase.
      if (isCode(error, "VERSION_CONFLICT")) {
        await client.invalidateQueries({ queryKey: productOptions(product.id).queryKey });
      }
    },
    onSuccess: (saved, sent) => {
      state.settle(saved, sent);
      showProduct(client, saved);
      void refetchNow(PRODUCTS, CATEGORIES);
    },
  });
  const unsaved = isChanged(state.base, form.values);
  const submit = form.onSubmit((draft) => save.mutate(draft), focusFirst(form));
  const clashing = Boolean(state.notice?.clashes.length);
  return (
    <ConflictForm state={state} save={save} inPlace={inPlace} changes={changes} onSubmit={submit}>
      <LeaveGuard unsaved={unsaved}>{t.leaveHint}</LeaveGuard>
      <ProductFields form={form} currency={currency} threshold={threshold} />
      <Group justify="flex-end">
        <Text role="status" size="sm" c="dimmed">
          {unsaved ? t.unsaved : save.isSuccess && words.saved}
        </Text>
        <Button type="submit" loading={save.isPending} disabled={!unsaved || clashing}>
          {words.save}
        </Button>
      </Group>
    </ConflictForm>
  );
}

/** The values of fields as text, for the note on a conflict. */
function useChanges(base: Product, mine: Draft): (fields: (keyof Draft)[]) => Change[] {
  const t = useWords(adminCatalogue);
  const words = useWords(common);
  const categories: Category[] = useQuery(allCategoriesOptions()).data?.items ?? [];
  const labels: Partial<Record<keyof Draft, string>> = {
    name: words.name,
    description: words.description,
    price: words.price,
    sku: t.sku,
    categoryId: t.category,
    threshold: t.threshold,
  };
  const text = (field: keyof Draft, draft: Draft): string => {
    const value = String(draft[field]);
    return field === "categoryId" ? (categories.find(({ id }) => id === value)?.name ?? value) : value;
  };
  const theirs = draftOf(base);
  return (fields) =>
    fields.flatMap((field) => {
      const label = labels[field];
      return label ? [{ label, mine: text(field, mine), theirs: text(field, theirs) }] : [];
    });
}
