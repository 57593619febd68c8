import { useQueryClient } from "@tanstack/react-query";
import { refetchSoon } from "@/api/queryClient";
import type { PageProduct, Product } from "@/api/schema";
import { useCatchUp, useLive } from "@/live/useLive";
import { patchedPage, patchedProduct } from "./patches";
import { PRODUCT, PRODUCTS } from "./queries";

/** Keeps price and availability of all loaded products current, wherever they are shown. Call it once, in the frame of the pages. */
export function useLiveProducts(): void {
  const client = useQueryClient();
  useLive("product:updated", (event) => {
    client.setQueriesData<Product>({ queryKey: ["get", PRODUCT] }, (known) => known && patchedProduct(known, event));
    client.setQueriesData<PageProduct>({ queryKey: ["get", PRODUCTS] }, (known) =>
      // Endless lists of other pages have another form.
      known && "items" in known ? patchedPage(known, event) : undefined,
    );
  });
  useCatchUp(() => refetchSoon(PRODUCT, PRODUCTS));
}
