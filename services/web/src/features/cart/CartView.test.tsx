import { screen, waitFor } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import type { Cart, CartItem } from "@/api/schema";
import { session } from "@/api/session";
import { fakeApi, type Routes, refusal } from "@/testing/fakeApi";
import { usd } from "@/testing/samples";
import { show } from "@/testing/show";
import { CartView } from "./CartView";
import { EMPTY } from "./cart";
import { forgetMergeNote, keepMergeNote } from "./mergeNote";

const line = (productId: string, name: string, quantity: number, rest: Partial<CartItem> = {}): CartItem => ({
  productId,
  name,
  kind: "GOODS",
  quantity,
  unitPrice: usd(1_000),
  lineTotal: usd(1_000 * quantity),
  available: 5,
  changes: [],
  ...rest,
});
const cartOf = (...items: CartItem[]): Cart => ({
  ...EMPTY,
  items,
  subtotal: usd(items.reduce((sum, { lineTotal }) => sum + lineTotal.amount, 0)),
  changed: items.some(({ changes }) => changes.length > 0),
});
const mug = line("mug", "Enamel mug", 2);
const lamp = line("lamp", "Desk lamp", 1);

/** A server that keeps a cart. */
function serve(first: Cart, routes: Routes = {}) {
  let cart = first;
  return fakeApi({
    ...routes,
    "GET /api/v1/cart": () => cart,
    "DELETE /api/v1/cart/items/{id}": ({ path }) => {
      cart = cartOf(...cart.items.filter(({ productId }) => !path.endsWith(productId)));
      return new Response(null, { status: 204 });
    },
    "PUT /api/v1/cart/items/{id}": ({ path, body }) => {
      const known = [...cart.items, mug, lamp].find(({ productId }) => path.endsWith(productId)) ?? mug;
      const { quantity } = body as { quantity: number };
      const next = line(known.productId, known.name, quantity);
      const index = cart.items.findIndex(({ productId }) => productId === next.productId);
      cart = cartOf(...(index < 0 ? [...cart.items, next] : cart.items.with(index, next)));
      return cart;
    },
  });
}

const open = () => show(<CartView picture={() => <span />} />);
const writes = (sent: ReturnType<typeof serve>) =>
  sent.filter(({ method }) => method !== "GET").map(({ method, path, body }) => [method, path.split("/").at(-1), body]);

beforeEach(() => {
  session.end();
  forgetMergeNote();
  localStorage.setItem("waybill.cart", "t".repeat(43));
});

test("a visitor without a cart is told what to do, and asks nothing", async () => {
  localStorage.clear();
  const sent = fakeApi({});
  open();
  expect(await screen.findByText("The cart is empty")).toBeTruthy();
  expect(sent).toEqual([]);
});

test("a quantity is sent once, after typing has stopped", async () => {
  const sent = serve(cartOf(mug));
  const { user } = open();
  const field = await screen.findByLabelText<HTMLInputElement>("Quantity of Enamel mug");
  await user.click(screen.getByRole("button", { name: "One more" }));
  await user.click(screen.getByRole("button", { name: "One more" }));
  expect(field.value).toBe("4");
  await waitFor(() => expect(screen.getAllByText("$40.00")).toHaveLength(2), { timeout: 3_000 });
  expect(writes(sent)).toEqual([["PUT", "mug", { quantity: 4 }]]);
});

test("too many are not sent, and what is left is offered", async () => {
  const sent = serve(cartOf(mug));
  const { user } = open();
  const field = await screen.findByLabelText<HTMLInputElement>("Quantity of Enamel mug");
  await user.clear(field);
  await user.type(field, "9");
  expect(await screen.findByText("Only 5 are left.")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Take 5" }));
  await waitFor(() => expect(writes(sent)).toEqual([["PUT", "mug", { quantity: 5 }]]));
  expect(screen.queryByText("Only 5 are left.")).toBeNull();
});

test("a refused quantity stays, and says why", async () => {
  const message = "the request has wrong fields";
  const details = [{ field: "quantity", message: "the total is too large" }];
  const sent = serve(cartOf(mug), {
    "PUT /api/v1/cart/items/mug": () => refusal(422, "VALIDATION_ERROR", message, details),
  });
  const { user } = open();
  const field = await screen.findByLabelText<HTMLInputElement>("Quantity of Enamel mug");
  await user.clear(field);
  await user.type(field, "3");
  await user.tab();
  expect(await screen.findByText("The total would be too large.")).toBeTruthy();
  expect(field.value).toBe("3");
  expect(writes(sent)).toHaveLength(1);
});

test("an emptied field shows what is in the cart again", async () => {
  const sent = serve(cartOf(mug));
  const { user } = open();
  const field = await screen.findByLabelText<HTMLInputElement>("Quantity of Enamel mug");
  await user.clear(field);
  await user.tab();
  expect(field.value).toBe("2");
  expect(writes(sent)).toEqual([]);
});

test("a removed line can be put back", async () => {
  const sent = serve(cartOf(mug, lamp));
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Remove Enamel mug from the cart" }));
  const undo = await screen.findByRole("button", { name: "Put Enamel mug back into the cart" });
  await waitFor(() => expect(screen.queryByLabelText("Quantity of Enamel mug")).toBeNull());
  expect(document.activeElement).toBe(undo);
  await user.click(undo);
  expect(await screen.findByLabelText("Quantity of Enamel mug")).toBeTruthy();
  await waitFor(() => expect(screen.queryByText("Enamel mug was removed.")).toBeNull());
  expect(writes(sent)).toEqual([
    ["DELETE", "mug", ""],
    ["PUT", "mug", { quantity: 2 }],
  ]);
});

test("a line that could not be removed is back, with the reason", async () => {
  serve(cartOf(mug), {
    "DELETE /api/v1/cart/items/mug": () => refusal(503, "UNAVAILABLE", "try again shortly"),
  });
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Remove Enamel mug from the cart" }));
  expect((await screen.findByRole("alert")).textContent).toContain("Try again shortly.");
  expect(screen.getByLabelText("Quantity of Enamel mug")).toBeTruthy();
  await waitFor(() => expect(screen.queryByText("Enamel mug was removed.")).toBeNull());
});

test("changes are told, and accepted by writing the line again", async () => {
  const reduced = { code: "QUANTITY_REDUCED", message: "", previousPrice: null, previousQuantity: 6 } as const;
  const sent = serve(cartOf(line("mug", "Enamel mug", 2, { changes: [reduced] }), lamp));
  const { user } = open();
  expect(await screen.findByText("1 product has changed since you put it in.")).toBeTruthy();
  expect(screen.getByText("Only 2 of 6 can be ordered now.")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "OK, keep Enamel mug as it is now" }));
  await waitFor(() => expect(screen.queryByText("Only 2 of 6 can be ordered now.")).toBeNull());
  expect(writes(sent)).toEqual([["PUT", "mug", { quantity: 2 }]]);
});

test("what is sold out is not counted, and a cart of it cannot be ordered", async () => {
  const gone = { code: "OUT_OF_STOCK", message: "", previousPrice: null, previousQuantity: 1 } as const;
  serve(cartOf(line("mug", "Enamel mug", 0, { available: 0, changes: [gone] })));
  open();
  expect(await screen.findByText("None of these products can be ordered now.")).toBeTruthy();
  expect(screen.queryByRole("link", { name: "Order" })).toBeNull();
  expect(screen.queryByLabelText("Quantity of Enamel mug")).toBeNull();
});

test("the order takes the cart", async () => {
  serve(cartOf(mug));
  open();
  const order = await screen.findByRole("link", { name: "Order" });
  expect(order.getAttribute("href")).toBe("/order?cart=true");
});

test("what did not fit at sign-in is told until it is closed", async () => {
  keepMergeNote({ failed: false, leftOut: [lamp] });
  serve(cartOf(mug));
  const { user } = open();
  expect((await screen.findByRole("link", { name: "Desk lamp" })).getAttribute("href")).toBe("/products/lamp");
  await user.click(screen.getByRole("button", { name: "Close this message" }));
  expect(screen.queryByText("Desk lamp")).toBeNull();
});
