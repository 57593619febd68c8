import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { cartToken } from "@/api/cartToken";
import { api, body } from "@/api/client";
import type { Cart } from "@/api/schema";
import { accessToken, session } from "@/api/session";
import { EMPTY } from "./cart";

/** The path of the cart, for `refetchNow` and `refetchSoon`. */
export const CART = "/api/v1/cart";

/** A visitor who put nothing in needs no call: neither a session nor a token means that there is no cart. */
async function loadCart({ signal }: { signal: AbortSignal }): Promise<Cart> {
  await accessToken();
  if (session.get().kind !== "user" && !cartToken()) return EMPTY;
  return body(api.GET(CART, { signal }));
}

/** The query of the cart: of the account, or of this browser. Its key is the one of `$api`. */
export const cartOptions = queryOptions({ queryKey: ["get", CART, {}] as const, queryFn: loadCart });

const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("waybill-cart");

/** Shows a cart that the server answered, in the other tabs too. */
export function showCart(client: QueryClient, cart: Cart): void {
  putCart(client, cart);
  channel?.postMessage(cart);
}

/** Shows a cart in this tab: also one that is not confirmed yet. */
export function putCart(client: QueryClient, cart: Cart): void {
  client.setQueryData(cartOptions.queryKey, cart);
  // Other pages may have asked in another form.
  client.setQueriesData<Cart>({ queryKey: ["get", CART] }, cart);
}

/** Calls back with each cart that another tab was answered. */
export function onOtherTabsCart(handler: (cart: Cart) => void): () => void {
  const listener = ({ data }: MessageEvent<Cart>) => handler(data);
  channel?.addEventListener("message", listener);
  return () => channel?.removeEventListener("message", listener);
}
