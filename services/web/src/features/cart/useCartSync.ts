import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { refetchSoon } from "@/api/queryClient";
import { useCatchUp, useLive } from "@/live/useLive";
import { lineOf } from "./cart";
import { CART, cartOptions, onOtherTabsCart, putCart } from "./cartQuery";

/** Keeps the cart current: with what other tabs did, and when one of its products changes. Call it once, in the frame of the pages. */
export function useCartSync(): void {
  const client = useQueryClient();
  useEffect(() => onOtherTabsCart((cart) => putCart(client, cart)), [client]);
  useLive("product:updated", ({ id }) => {
    // Only the server knows what the change means for the cart, and its version.
    if (lineOf(client.getQueryData(cartOptions.queryKey), id)) refetchSoon(CART);
  });
  useCatchUp(() => refetchSoon(CART));
}
