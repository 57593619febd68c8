import { afterEach, expect, test } from "vitest";
import { cartToken, keepCartToken } from "@/api/cartToken";
import { newQueryClient } from "@/api/queryClient";
import type { Cart, CartItem, Session } from "@/api/schema";
import { session } from "@/api/session";
import { fakeApi, refusal } from "@/testing/fakeApi";
import { EMPTY } from "./cart";
import { cartOptions } from "./cartQuery";
import { mergeCartAfterSignIn } from "./mergeCart";
import { forgetMergeNote } from "./mergeNote";
import { takeCartAlong } from "./useCartMerge";

const TOKEN = "t".repeat(43);
const item = (productId: string) => ({ productId, name: productId, quantity: 2, changes: [] }) as unknown as CartItem;
const merged: Cart = { ...EMPTY, items: [item("mug")], leftOut: [item("lamp")], version: 3 };
const note = () => JSON.parse(sessionStorage.getItem("waybill.cartMerge") ?? "null");

function signIn(): void {
  session.begin({ accessToken: "token", expiresIn: 900, user: { id: "ada" } } as Session);
}

afterEach(() => {
  forgetMergeNote();
  session.end();
});

test("without a cart of this browser nothing is sent", async () => {
  const sent = fakeApi({});
  expect(await mergeCartAfterSignIn()).toBeNull();
  expect(sent).toEqual([]);
});

test("the cart of this browser is sent once, and forgotten", async () => {
  signIn();
  keepCartToken(TOKEN);
  const sent = fakeApi({ "POST /api/v1/cart/merge": () => merged });
  const [one, other] = await Promise.all([mergeCartAfterSignIn(), mergeCartAfterSignIn()]);
  expect(one).toEqual(merged);
  expect(other).toEqual(merged);
  expect(sent).toHaveLength(1);
  expect(sent[0]?.headers.get("x-cart-token")).toBe(TOKEN);
  expect(sent[0]?.headers.get("authorization")).toBe("Bearer token");
  expect(cartToken()).toBeNull();
});

test("a cart that is gone is forgotten", async () => {
  signIn();
  keepCartToken(TOKEN);
  fakeApi({ "POST /api/v1/cart/merge": () => refusal(404, "CART_NOT_FOUND", "the token belongs to no cart") });
  expect(await mergeCartAfterSignIn()).toBeNull();
  expect(cartToken()).toBeNull();
});

test("a cart that could not be merged is kept for the next try", async () => {
  signIn();
  keepCartToken(TOKEN);
  fakeApi({ "POST /api/v1/cart/merge": () => refusal(503, "UNAVAILABLE", "try again shortly") });
  await expect(mergeCartAfterSignIn()).rejects.toThrow("try again shortly");
  expect(cartToken()).toBe(TOKEN);
  await takeCartAlong(newQueryClient());
  expect(note()).toEqual({ failed: true, leftOut: [] });
});

test("the merged cart is shown, and what did not fit is kept", async () => {
  signIn();
  keepCartToken(TOKEN);
  fakeApi({ "POST /api/v1/cart/merge": () => merged });
  const client = newQueryClient();
  client.setQueryData(cartOptions.queryKey, { ...EMPTY, items: [item("lamp")] });
  await takeCartAlong(client);
  expect(client.getQueryData(cartOptions.queryKey)).toEqual(merged);
  expect(note()).toEqual({ failed: false, leftOut: [item("lamp")] });
});

test("nothing is told if the guest's cart was empty", async () => {
  signIn();
  keepCartToken(TOKEN);
  fakeApi({ "POST /api/v1/cart/merge": () => ({ ...merged, leftOut: [] }) });
  await takeCartAlong(newQueryClient());
  expect(note()).toBeNull();
});
