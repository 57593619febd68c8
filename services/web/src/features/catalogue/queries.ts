import { keepPreviousData, type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { $api } from "@/api/client";
import type { PageProduct, Product, ProductKind } from "@/api/schema";
import { useLiveStatus } from "@/live/useLive";
import { type ProductFilters, productQuery } from "./filters";

export const PRODUCTS = "/api/v1/products";
export const PRODUCT = "/api/v1/products/{id}";

/** Visitors without a session have no live connection: a product that they look at is loaded again after this time. */
const WITHOUT_LIVE = 120_000;
const RARELY = 600_000;

/** Of the newest products, one row of each kind; a shop that sells one kind only shows two of it. */
export const ROW = 4;

/** The query of a page of the product list. */
export function productsOptions(filters: ProductFilters) {
  return $api.queryOptions("get", PRODUCTS, { params: { query: productQuery(filters) } });
}

/** A page of the product list. It stays while the next one loads. */
export function useProducts(filters: ProductFilters) {
  return useQuery({ ...productsOptions(filters), placeholderData: keepPreviousData });
}

/** The query of the goods or services that were added last. */
export function newestOptions(kind: ProductKind) {
  return $api.queryOptions("get", PRODUCTS, { params: { query: { kind: [kind], limit: 2 * ROW } } });
}

export function useNewest(kind: ProductKind) {
  return useQuery(newestOptions(kind));
}

/** A product as a list showed it. */
function listed(client: QueryClient, id: string): { product: Product; at: number } | undefined {
  for (const [key, page] of client.getQueriesData<PageProduct>({ queryKey: ["get", PRODUCTS] })) {
    const product = page && "items" in page ? page.items.find((row) => row.id === id) : undefined;
    if (product) return { product, at: client.getQueryState(key)?.dataUpdatedAt ?? 0 };
  }
  return undefined;
}

/** One product. What a list knows of it is shown at once. */
export function useProduct(id: string) {
  const client = useQueryClient();
  const live = useLiveStatus();
  return $api.useQuery(
    "get",
    PRODUCT,
    { params: { path: { id } } },
    {
      initialData: () => listed(client, id)?.product,
      initialDataUpdatedAt: () => listed(client, id)?.at,
      refetchInterval: live === "off" ? WITHOUT_LIVE : false,
    },
  );
}

/** A product for its picture: what is known of it, and loaded only if `load` says so. */
export function useKnownProduct(id: string, load: boolean): Product | undefined {
  const client = useQueryClient();
  const { data } = $api.useQuery(
    "get",
    PRODUCT,
    { params: { path: { id } } },
    {
      initialData: () => listed(client, id)?.product,
      initialDataUpdatedAt: () => listed(client, id)?.at,
      staleTime: RARELY,
      enabled: load,
    },
  );
  return data;
}
