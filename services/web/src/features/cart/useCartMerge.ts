import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { cartToken } from "@/api/cartToken";
import { useSession } from "@/api/useSession";
import { units } from "./cart";
import { CART, cartOptions, showCart } from "./cartQuery";
import { mergeCartAfterSignIn } from "./mergeCart";
import { forgetMergeNote, keepMergeNote } from "./mergeNote";

/** Brings the guest's cart into the account. What came of it is shown on the page of the cart. */
export async function takeCartAlong(client: QueryClient): Promise<void> {
  if (!cartToken()) {
    // Another tab did it, or there was nothing to bring.
    await client.invalidateQueries({ queryKey: ["get", CART] });
    return;
  }
  const had = units(client.getQueryData(cartOptions.queryKey));
  try {
    await client.cancelQueries({ queryKey: ["get", CART] });
    const cart = await mergeCartAfterSignIn();
    if (!cart) {
      forgetMergeNote();
      await client.invalidateQueries({ queryKey: ["get", CART] });
      return;
    }
    showCart(client, cart);
    const leftOut = cart.leftOut ?? [];
    if (had > 0 || leftOut.length > 0) keepMergeNote({ failed: false, leftOut });
    else forgetMergeNote();
  } catch {
    keepMergeNote({ failed: true, leftOut: [] });
    await client.invalidateQueries({ queryKey: ["get", CART] });
  }
}

/** Keeps the shown cart that of whoever is signed in, and takes a guest's cart along when they sign in. Call it once, in the frame. */
export function useCartMerge(): void {
  const client = useQueryClient();
  const state = useSession();
  const owner = state.kind === "unknown" ? null : state.kind === "user" ? state.user.id : "";
  const before = useRef<string | null>(null);
  useEffect(() => {
    const last = before.current;
    before.current = owner;
    if (owner === null || owner === last) return;
    if (owner) {
      // A page that begins signed in has nothing to do, unless the last try failed.
      if (last !== null || cartToken()) void takeCartAlong(client);
      return;
    }
    forgetMergeNote();
    if (last) void client.resetQueries({ queryKey: ["get", CART] });
  }, [owner, client]);
}
