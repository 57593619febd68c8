import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Archive, ArchiveRestore } from "lucide-react";
import { useState } from "react";
import { CATEGORIES } from "@/api/categories";
import { api, body } from "@/api/client";
import { isCode } from "@/api/failure";
import { refetchNow } from "@/api/queryClient";
import type { Product } from "@/api/schema";
import { adminCatalogue } from "@/i18n/en/adminCatalogue";
import { useWords } from "@/i18n/language";
import { Done } from "@/ui/Done";
import { FailureNote } from "@/ui/Failure";
import { PRODUCTS, productOptions, showProduct } from "./queries";

/** Takes a product off sale, or puts it on sale. Both can be undone at once. */
export function useProductState(product: Product) {
  const client = useQueryClient();
  const params = { path: { id: product.id } };
  const [done, setDone] = useState<"archived" | "restored" | null>(null);
  const change = useMutation({
    mutationFn: async ({ active, version }: { active: boolean; version?: number }) => {
      if (!active) await api.DELETE("/api/v1/products/{id}", { params, body: { version } });
      else showProduct(client, await body(api.PATCH("/api/v1/products/{id}", { params, body: { active, version } })));
      // Archiving answers nothing.
      if (!active) await client.invalidateQueries({ queryKey: productOptions(product.id).queryKey });
    },
    onMutate: () => setDone(null),
    onSuccess: (_, { active }) => {
      setDone(active ? "restored" : "archived");
      void refetchNow(PRODUCTS, CATEGORIES);
    },
    onError: async (error) => {
      if (!isCode(error, "VERSION_CONFLICT")) return;
      await client.invalidateQueries({ queryKey: productOptions(product.id).queryKey });
    },
  });
  return {
    change: () => change.mutate({ active: !product.active, version: product.version }),
    // Whatever was changed in between stays: only the sale is taken back.
    undo: () => change.mutate({ active: done === "archived" }),
    done,
    busy: change.isPending,
    error: change.error,
  };
}

type Props = { product: Product; state: ReturnType<typeof useProductState> };

/** The button that archives or restores. */
export function ProductStateButton({ product, state }: Props) {
  const t = useWords(adminCatalogue);
  const Icon = product.active ? Archive : ArchiveRestore;
  return (
    <Button variant="default" leftSection={<Icon size={16} />} loading={state.busy} onClick={state.change}>
      {product.active ? t.archive : t.putOnSale}
    </Button>
  );
}

/** Says what the button did, with a way back. */
export function ProductStateNote({ state }: Pick<Props, "state">) {
  const t = useWords(adminCatalogue);
  const message = state.done === "archived" ? t.archived : state.done === "restored" ? t.restored : null;
  return (
    <>
      {state.error && <FailureNote error={state.error} />}
      <Done message={message} onUndo={state.undo} busy={state.busy} />
    </>
  );
}
