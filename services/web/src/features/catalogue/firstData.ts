import type { QueryClient } from "@tanstack/react-query";
import { categoriesOptions } from "@/api/categories";
import { loadPictures } from "@/ui/loadPictures";
import type { ProductFilters } from "./filters";
import { newestOptions, productsOptions } from "./queries";

/** Asks for what the front of the shop shows, while its code is still on the way. */
export function askForHome(client: QueryClient): void {
  void client.prefetchQuery(categoriesOptions());
  void client.prefetchQuery(newestOptions("GOODS"));
  void client.prefetchQuery(newestOptions("SERVICE"));
}

/** The same for the list of products. */
export function askForProducts(client: QueryClient, filters: ProductFilters): void {
  // What fails is shown, and tried again, by the page.
  client.fetchQuery(productsOptions(filters)).then(loadPictures, () => undefined);
  void client.prefetchQuery(categoriesOptions());
}
