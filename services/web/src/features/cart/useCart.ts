import { type QueryClient, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, body } from "@/api/client";
import { isCode } from "@/api/failure";
import type { Cart } from "@/api/schema";
import { lineOf, without } from "./cart";
import { CART, cartOptions, putCart, showCart } from "./cartQuery";

const ITEM = "/api/v1/cart/items/{productId}";
/** Changes of the cart are sent one after the other, so that their answers arrive in order. */
const scope = { id: "cart" };

/** The cart. Without anything in it, it is an empty one, for guests too. */
export function useCart() {
  return useQuery(cartOptions);
}

const put = (productId: string, quantity: number): Promise<Cart> =>
  body(api.PUT(ITEM, { params: { path: { productId } }, body: { quantity } }));

/** An answer on its way would show the cart as it was before the change. */
const stopReads = (client: QueryClient) => client.cancelQueries({ queryKey: ["get", CART] });

/** What was refused shows that the pages have an old state of the product. */
function reloadProduct(client: QueryClient, error: unknown, productId: string): void {
  if (!isCode(error, "OUT_OF_STOCK", "NOT_FOUND")) return;
  const init = { params: { path: { id: productId } } };
  void client.invalidateQueries({ queryKey: ["get", "/api/v1/products/{id}", init] });
}

/** Sets the quantity of a product. A repeat after a lost answer changes nothing. */
export function usePutItem() {
  const client = useQueryClient();
  return useMutation({
    scope,
    mutationFn: ({ productId, quantity }: { productId: string; quantity: number }) => put(productId, quantity),
    onMutate: () => stopReads(client),
    onSuccess: (cart) => showCart(client, cart),
    onError: (error, { productId }) => {
      reloadProduct(client, error, productId);
      void client.invalidateQueries({ queryKey: ["get", CART] });
    },
  });
}

/** Adds units of a product to those in the cart. */
export function useAddItem() {
  const client = useQueryClient();
  return useMutation({
    scope,
    mutationFn: async ({ productId, more }: { productId: string; more: number }) => {
      const cart = await client.fetchQuery({ ...cartOptions, staleTime: 30_000 });
      await stopReads(client);
      return put(productId, (lineOf(cart, productId)?.quantity ?? 0) + more);
    },
    onSuccess: (cart) => showCart(client, cart),
    // The cart is not loaded again after a lost answer: the next try then sets the same quantity, and adds nothing twice.
    onError: (error, { productId }) => reloadProduct(client, error, productId),
  });
}

/** Takes a product out. It is gone at once, and back if the server did not do it. */
export function useRemoveItem() {
  const client = useQueryClient();
  return useMutation({
    scope,
    mutationFn: (productId: string) => api.DELETE(ITEM, { params: { path: { productId } } }),
    onMutate: async (productId) => {
      await stopReads(client);
      const before = client.getQueryData(cartOptions.queryKey);
      if (before) putCart(client, without(before, productId));
      return before;
    },
    // The answer has no cart. The next change waits for this one.
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["get", CART] });
      const now = client.getQueryData(cartOptions.queryKey);
      if (now) showCart(client, now);
    },
    onError: (_error, _productId, before) => {
      if (before) putCart(client, before);
      void client.invalidateQueries({ queryKey: ["get", CART] });
    },
  });
}
