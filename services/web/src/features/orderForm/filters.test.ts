import { expect, test } from "vitest";
import { parse } from "@/ui/searchFields";
import { orderSearch } from "./filters";

const id = "01a22f3c-52db-779d-b904-9febbf43da32";

test("takes what a link asks for, and ignores what makes no sense", () => {
  expect(parse(orderSearch, { product: id, quantity: 2 })).toMatchObject({ product: id, quantity: 2 });
  expect(parse(orderSearch, { cart: true, title: "A sign" })).toMatchObject({ cart: true, title: "A sign" });
  for (const quantity of [0, -1, 1.5, "many", 1_000_001]) {
    expect(parse(orderSearch, { product: id, quantity }).quantity).toBeUndefined();
  }
  expect(parse(orderSearch, { cart: "maybe", product: 5, other: 1 })).toEqual({});
});
