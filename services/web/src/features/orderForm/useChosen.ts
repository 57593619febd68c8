import { useQueries } from "@tanstack/react-query";
import { cartToken } from "@/api/cartToken";
import { $api } from "@/api/client";
import type { Product } from "@/api/schema";
import { useUser } from "@/api/useSession";
import { type Chosen, chosenCart, chosenItems, type Found, NOTHING } from "./chosen";
import type { Values } from "./values";

/** The query of one product. */
export function productOptions(id: string) {
  return $api.queryOptions("get", "/api/v1/products/{id}", { params: { path: { id } } });
}

function foundOf({ data, error }: { data: unknown; error: unknown }): Found {
  return { data: data as Product | undefined, error };
}

/** What the form orders, at current prices, and how to load them again. */
export function useChosen({ subject, lines }: Values) {
  const shown = subject === "items" ? lines : [];
  const products = useQueries({ queries: shown.map(({ productId }) => productOptions(productId)) });
  // Also while something else is ordered: the choice names how much is in it. Who has no cart need not ask.
  const enabled = useUser() !== null || cartToken() !== null;
  const cart = $api.useQuery("get", "/api/v1/cart", {}, { enabled });
  const found = products.map(foundOf);
  const reload = async (): Promise<Found[]> => {
    if (subject === "cart") await cart.refetch();
    const fresh = await Promise.all(products.map((product) => product.refetch()));
    return fresh.map(foundOf);
  };
  const choose = (): Chosen => {
    if (subject === "items") return chosenItems(shown, found);
    return subject === "cart" ? chosenCart(cart.data, cart.isLoading, cart.error) : NOTHING;
  };
  return { chosen: choose(), cart: cart.data, products: found.map(({ data }) => data), reload };
}
