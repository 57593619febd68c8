import { expect, test } from "vitest";
import { parse } from "zod/mini";
import { orderSearch } from "./filters";

test("takes what a link asks for, and ignores what makes no sense", () => {
  expect(parse(orderSearch, { product: "1", quantity: 2 })).toMatchObject({ product: "1", quantity: 2 });
  expect(parse(orderSearch, { cart: true, title: "A sign" })).toMatchObject({ cart: true, title: "A sign" });
  for (const quantity of [0, -1, 1.5, "many", 1_000_001]) {
    expect(parse(orderSearch, { product: "1", quantity }).quantity).toBeUndefined();
  }
  expect(parse(orderSearch, { cart: "maybe", product: 5, other: 1 })).toEqual({});
});
