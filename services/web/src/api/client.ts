import createClient, { type Middleware } from "openapi-fetch";
import createQueryClient from "openapi-react-query";
import { cartToken, keepCartToken } from "./cartToken";
import { errorOf } from "./failure";
import type { paths } from "./schema";
import { accessToken, refreshed } from "./session";

/** Routes that neither need nor get the access token. */
const UNSIGNED = /\/api\/v1\/auth\/(login|register|refresh|email-status)$/;
/** Routes that know the cart of a guest. */
const CART = /\/api\/v1\/(cart(\/|$)|orders$)/;

const signed: Middleware = {
  async onRequest({ request, schemaPath }) {
    if (UNSIGNED.test(schemaPath)) return request;
    const token = await accessToken();
    if (token && !request.headers.has("authorization")) request.headers.set("authorization", `Bearer ${token}`);
    const cart = cartToken();
    if (cart && CART.test(schemaPath)) request.headers.set("x-cart-token", cart);
    return request;
  },
  onResponse({ response }) {
    const cart = response.headers.get("x-cart-token");
    if (cart) keepCartToken(cart);
  },
};

const refused: Middleware = {
  async onResponse({ response }) {
    if (!response.ok && response.status !== 304) throw await errorOf(response);
  },
};

/** Sends a request again with a new token if the one that it had was refused. */
async function send(request: Request): Promise<Response> {
  const again = request.clone();
  const response = await globalThis.fetch(request);
  const sent = request.headers.get("authorization");
  if (response.status !== 401 || !sent || UNSIGNED.test(new URL(request.url).pathname)) return response;
  const token = await refreshed(sent.replace("Bearer ", ""));
  if (!token) return response;
  again.headers.set("authorization", `Bearer ${token}`);
  return globalThis.fetch(again);
}

/** The API. An answer that is an error throws `ApiError`; a broken connection throws `TypeError`. */
export const api = createClient<paths>({
  baseUrl: globalThis.location?.origin ?? "",
  fetch: send,
  // Filters by several values repeat the name: status=PENDING&status=ON_HOLD.
  querySerializer: { array: { style: "form", explode: true } },
});
api.use(signed, refused);

/** The API for TanStack Query. Keys are `["get", path, init]`. */
export const $api = createQueryClient(api);

/** The body of an answer; errors have been thrown before. */
export async function body<T>(call: Promise<{ data?: T }>): Promise<T> {
  return (await call).data as T;
}
