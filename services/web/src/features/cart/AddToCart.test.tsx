import { screen, waitFor } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import { cartToken } from "@/api/cartToken";
import type { Cart, CartItem } from "@/api/schema";
import { session } from "@/api/session";
import { fakeApi, refusal } from "@/testing/fakeApi";
import { show } from "@/testing/show";
import { AddToCart } from "./AddToCart";
import { EMPTY } from "./cart";

const TOKEN = "t".repeat(43);
const mug = { id: "mug", name: "Enamel mug", available: 5 };
const withMugs = (quantity: number): Cart => ({
  ...EMPTY,
  items: [{ productId: "mug", name: "Enamel mug", quantity, changes: [] } as unknown as CartItem],
});
/** The answer to a guest, whose token is in a header. */
const answer = (cart: Cart) =>
  new Response(JSON.stringify(cart), {
    headers: { "content-type": "application/json", "x-cart-token": TOKEN },
  });

const quantity = () => screen.findByLabelText<HTMLInputElement>("Quantity");
const addButton = () => screen.getByRole("button", { name: "Add to cart" });

// A visitor without a session.
beforeEach(() => session.end());

test("a guest's first product opens a cart", async () => {
  const sent = fakeApi({ "PUT /api/v1/cart/items/mug": () => answer(withMugs(2)) });
  const { user } = show(<AddToCart product={mug} />);
  await quantity();
  await user.click(screen.getByRole("button", { name: "One more" }));
  await user.click(addButton());
  expect(await screen.findByText("Added to the cart: 2 × Enamel mug")).toBeTruthy();
  expect(sent.map(({ method, path, body }) => [method, path, body])).toEqual([
    ["PUT", "/api/v1/cart/items/mug", { quantity: 2 }],
  ]);
  expect(cartToken()).toBe(TOKEN);
  expect(screen.getByText(/2 are in your cart/)).toBeTruthy();
});

test("units are added to those in the cart", async () => {
  localStorage.setItem("waybill.cart", TOKEN);
  const sent = fakeApi({
    "GET /api/v1/cart": () => withMugs(3),
    "PUT /api/v1/cart/items/mug": () => answer(withMugs(4)),
  });
  const { user } = show(<AddToCart product={mug} />);
  await screen.findByText(/3 are in your cart/);
  await user.click(addButton());
  await screen.findByText("Added to the cart: 1 × Enamel mug");
  expect(sent.at(-1)?.body).toEqual({ quantity: 4 });
  expect(sent.at(-1)?.headers.get("x-cart-token")).toBe(TOKEN);
});

test("more than is left is not sent, and says what is in the cart", async () => {
  localStorage.setItem("waybill.cart", TOKEN);
  const sent = fakeApi({ "GET /api/v1/cart": () => withMugs(3) });
  const { user } = show(<AddToCart product={mug} />);
  await screen.findByText(/3 are in your cart/);
  const field = await quantity();
  await user.clear(field);
  await user.type(field, "3");
  await user.click(addButton());
  expect(await screen.findByText("Only 5 are left, and 3 of them are in your cart already.")).toBeTruthy();
  expect(document.activeElement).toBe(field);
  expect(sent.filter(({ method }) => method === "PUT")).toEqual([]);
});

test("a refusal is shown at the quantity, which stays", async () => {
  const error = { code: "OUT_OF_STOCK", message: "x", details: [], context: { available: 1 } };
  const body = JSON.stringify({ success: false, error });
  fakeApi({ "PUT /api/v1/cart/items/mug": () => new Response(body, { status: 409 }) });
  const { user } = show(<AddToCart product={mug} />);
  const field = await quantity();
  await user.clear(field);
  await user.type(field, "4");
  await user.click(addButton());
  expect(await screen.findByText("Only 1 is left.")).toBeTruthy();
  expect(field.value).toBe("4");
  await user.type(field, "{ArrowDown}");
  expect(screen.queryByText("Only 1 is left.")).toBeNull();
  expect(field.value).toBe("3");
});

test("a failure is told, and the next try sets the same quantity", async () => {
  let tries = 0;
  const sent = fakeApi({
    "PUT /api/v1/cart/items/mug": () => {
      tries += 1;
      return tries === 1 ? refusal(503, "UNAVAILABLE", "try again shortly") : answer(withMugs(1));
    },
  });
  const { user } = show(<AddToCart product={mug} />);
  await quantity();
  await user.click(addButton());
  expect((await screen.findByRole("alert")).textContent).toContain("Try again shortly.");
  await user.click(addButton());
  await screen.findByText("Added to the cart: 1 × Enamel mug");
  expect(screen.queryByRole("alert")).toBeNull();
  expect(sent.map(({ body }) => body)).toEqual([{ quantity: 1 }, { quantity: 1 }]);
});

test("the order form gets the product and the quantity", async () => {
  fakeApi({});
  const { user } = show(<AddToCart product={mug} />);
  await user.type(await quantity(), "{ArrowUp}");
  const link = screen.getByRole("link", { name: "Order now" });
  await waitFor(() => expect(link.getAttribute("href")).toBe("/order?product=mug&quantity=2"));
});
