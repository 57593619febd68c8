import { api, body } from "@/api/client";
import type { Login, Register } from "@/api/schema";
import { session } from "@/api/session";
import { takeCart } from "./takeCart";

/** Signs in with a cookie, and brings the cart along. */
export async function signIn(login: Login): Promise<void> {
  session.begin(await body(api.POST("/api/v1/auth/login", { body: { ...login, session: "cookie" } })));
  await takeCart();
}

/** Creates an account, signs in with a cookie, and brings the cart along. */
export async function register(account: Register): Promise<void> {
  session.begin(await body(api.POST("/api/v1/auth/register", { body: { ...account, session: "cookie" } })));
  await takeCart();
}
