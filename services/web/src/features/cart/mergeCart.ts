import { cartToken, forgetCartToken } from "@/api/cartToken";
import { api, body } from "@/api/client";
import { isCode } from "@/api/failure";
import type { Cart } from "@/api/schema";

let running: Promise<Cart | null> | null = null;

/**
 * Adds what this browser put into its cart before signing in to the cart of the account, and forgets the browser's cart. Null if there was
 * none, or if it has expired. A repeat adds nothing, so the token is kept until the answer arrives; an error of the connection is thrown.
 */
export function mergeCartAfterSignIn(): Promise<Cart | null> {
  running ??= merge().finally(() => {
    running = null;
  });
  return running;
}

async function merge(): Promise<Cart | null> {
  const token = cartToken();
  if (!token) return null;
  try {
    const cart = await body(api.POST("/api/v1/cart/merge", { params: { header: { "X-Cart-Token": token } } }));
    forgetCartToken();
    return cart;
  } catch (error) {
    // Expired, of another account, or no token at all.
    if (!isCode(error, "CART_NOT_FOUND", "VALIDATION_ERROR")) throw error;
    forgetCartToken();
    return null;
  }
}
