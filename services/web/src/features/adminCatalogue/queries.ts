import type { QueryClient } from "@tanstack/react-query";
import { $api } from "@/api/client";
import type { Product } from "@/api/schema";

/** Paths of the catalogue, for `refetchSoon` and `refetchNow`. */
export const PRODUCTS = "/api/v1/products";
export const PRODUCT = "/api/v1/products/{id}";
export const MOVEMENTS = "/api/v1/products/{id}/stock";

/** The query of one product. */
export function productOptions(id: string) {
  return $api.queryOptions("get", PRODUCT, { params: { path: { id } } });
}

/** Shows a state of a product that an answer brought, unless a newer one is known. */
export function showProduct(client: QueryClient, product: Product): void {
  client.setQueryData<Product>(productOptions(product.id).queryKey, (known) =>
    known && known.version > product.version ? known : product,
  );
}

/** The shop's currency, threshold and limits; they hardly ever change. */
export function useShopSettings() {
  return $api.useQuery("get", "/api/v1/admin/settings", {}, { staleTime: 600_000 });
}
