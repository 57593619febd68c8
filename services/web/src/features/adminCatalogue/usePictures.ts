import { useQueryClient } from "@tanstack/react-query";
import { api, body } from "@/api/client";
import { refetchNow } from "@/api/queryClient";
import type { Product } from "@/api/schema";
import { useDelayedDelete } from "@/ui/useDelayedDelete";
import { complete } from "./pictureOrder";
import { PRODUCTS, productOptions, showProduct } from "./queries";
import { useQueue } from "./useQueue";

/**
 * The pictures of a product and their changes, which are made one after the other. A picture to delete is hidden at once, and deleted
 * when the time for an undo is over or the page is left.
 */
export function usePictures(product: Product) {
  const client = useQueryClient();
  const { run, busy, error } = useQueue();
  const { queryKey } = productOptions(product.id);
  const newest = () => client.getQueryData<Product>(queryKey) ?? product;
  const reload = () => client.invalidateQueries({ queryKey });

  const erase = (imageId: string) =>
    run(async () => {
      try {
        const path = { id: product.id, imageId };
        await api.DELETE("/api/v1/products/{id}/images/{imageId}", { params: { path } });
        void refetchNow(PRODUCTS);
      } finally {
        await reload();
      }
    });
  const deletion = useDelayedDelete(erase);
  const isHidden = (id: string) => ["waiting", "running"].includes(deletion.of(id)?.kind ?? "");
  const waiting = product.images.filter(({ id }) => deletion.of(id)?.kind === "waiting");

  /** Of the order at the time: several changes may wait for each other. */
  const arrange = (change: (ids: string[]) => string[]) =>
    void run(async () => {
      const { images, version } = newest();
      const all = images.map(({ id }) => id);
      const ids = complete(change(all.filter((id) => !isHidden(id))), all);
      if (ids.every((id, index) => id === all[index])) return;
      const sorted = ids.flatMap((id) => images.find((image) => image.id === id) ?? []);
      client.setQueryData<Product>(queryKey, (known) => known && { ...known, images: sorted });
      try {
        const call = api.PUT("/api/v1/products/{id}/images", {
          params: { path: { id: product.id } },
          body: { ids, version },
        });
        showProduct(client, await body(call));
        void refetchNow(PRODUCTS);
      } catch (failure) {
        await reload();
        throw failure;
      }
    });

  return {
    shown: product.images.filter(({ id }) => !isHidden(id)),
    /** How many can still be brought back. */
    waiting: waiting.length,
    arrange,
    remove: deletion.remove,
    undo: () => {
      for (const { id } of waiting) deletion.undo(id);
    },
    busy,
    error,
  };
}
