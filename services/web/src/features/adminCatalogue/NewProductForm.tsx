import { Button, Group, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, body } from "@/api/client";
import { refetchNow } from "@/api/queryClient";
import type { Product } from "@/api/schema";
import { adminCatalogue } from "@/i18n/en/adminCatalogue";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { focusFirst } from "@/ui/formErrors";
import { LeaveGuard } from "@/ui/LeaveGuard";
import { ProductFields } from "./ProductFields";
import { type Draft, EMPTY, newProduct } from "./productDraft";
import { complaints, showRefusal } from "./productForm";
import { PRODUCTS, showProduct } from "./queries";

type Props = {
  currency: string;
  threshold: number | undefined;
  /** Called with the product that the shop has now. */
  onDone: (product: Product) => void;
};

/** Adds a product. Pictures are added afterwards, on its own page. */
export function NewProductForm({ currency, threshold, onDone }: Props) {
  const t = useWords(adminCatalogue);
  const client = useQueryClient();
  const [inPlace, setInPlace] = useState(false);
  const form = useForm<Draft>({
    initialValues: EMPTY,
    validate: (draft) => complaints(draft, currency, true),
  });
  const create = useMutation({
    mutationFn: (draft: Draft) => body(api.POST("/api/v1/products", { body: newProduct(draft, currency) })),
    onMutate: () => setInPlace(false),
    onError: (error) => setInPlace(showRefusal(form, error)),
    onSuccess: (product) => {
      showProduct(client, product);
      void refetchNow(PRODUCTS);
      onDone(product);
    },
  });
  return (
    <form noValidate onSubmit={form.onSubmit((draft) => create.mutate(draft), focusFirst(form))}>
      <LeaveGuard unsaved={form.isDirty() && !create.isSuccess}>{t.leaveHint}</LeaveGuard>
      <Stack>
        {create.isError && !inPlace && <FailureNote error={create.error} />}
        <ProductFields form={form} currency={currency} threshold={threshold} isNew />
        <Group justify="flex-end">
          <Button type="submit" loading={create.isPending}>
            {form.values.active ? t.createProduct : t.createDraft}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
