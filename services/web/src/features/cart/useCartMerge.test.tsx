import { act, screen } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import type { Cart, CartItem, Session } from "@/api/schema";
import { session } from "@/api/session";
import { fakeApi } from "@/testing/fakeApi";
import { show } from "@/testing/show";
import { EMPTY, units } from "./cart";
import { useCart } from "./useCart";
import { useCartMerge } from "./useCartMerge";

const TOKEN = "t".repeat(43);
const cartOf = (quantity: number): Cart => ({
  ...EMPTY,
  items: [{ productId: "mug", name: "Enamel mug", quantity, changes: [] } as unknown as CartItem],
});
const ada = { accessToken: "token", expiresIn: 900, user: { id: "ada" } } as Session;

function Frame() {
  useCartMerge();
  const { data } = useCart();
  return <p>{data ? `${units(data)} units` : "loading"}</p>;
}

beforeEach(() => session.end());

test("the cart follows whoever is signed in", async () => {
  localStorage.setItem("waybill.cart", TOKEN);
  const sent = fakeApi({
    "GET /api/v1/cart": ({ headers }) => cartOf(headers.has("authorization") ? 2 : 1),
    "POST /api/v1/cart/merge": () => cartOf(3),
  });
  show(<Frame />);
  await screen.findByText("1 units");
  act(() => session.begin(ada));
  await screen.findByText("3 units");
  expect(sent.filter(({ method }) => method === "POST")).toHaveLength(1);
  act(() => session.end());
  await screen.findByText("0 units");
});

test("without a cart of this browser the cart of the account is loaded", async () => {
  const sent = fakeApi({ "GET /api/v1/cart": () => cartOf(2) });
  show(<Frame />);
  await screen.findByText("0 units");
  act(() => session.begin(ada));
  await screen.findByText("2 units");
  expect(sent.map(({ method }) => method)).toEqual(["GET"]);
});
