import { cartToken, forgetCartToken } from "@/api/cartToken";
import { api } from "@/api/client";
import { isCode } from "@/api/failure";
import { refetchNow } from "@/api/queryClient";

/**
 * Puts what was in the cart before signing in into the account's cart. Signing in does not fail with it: the cart of before stays where it
 * is, and goes along with the next sign-in.
 */
export async function takeCart(): Promise<void> {
  const token = cartToken();
  if (token) {
    try {
      await api.POST("/api/v1/cart/merge", { params: { header: { "X-Cart-Token": token } } });
      forgetCartToken();
    } catch (error) {
      // It expired, or was taken before.
      if (isCode(error, "CART_NOT_FOUND")) forgetCartToken();
    }
  }
  await refetchNow("/api/v1/cart");
}
