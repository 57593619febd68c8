import { expect, test } from "vitest";
import { aboutOf, numberIn } from "./about";

test("a notification leads to what it is about", () => {
  const order = { kind: "order", orderId: "1" };
  expect(aboutOf({ type: "ORDER_COMPLETED", orderId: "1" }, "CUSTOMER")).toEqual(order);
  expect(aboutOf({ type: "CHANGE_REQUEST", orderId: "1" }, "ADMIN")).toEqual(order);
  expect(aboutOf({ type: "ORDER_AVAILABLE", orderId: "1" }, "STAFF")).toEqual({ kind: "page", to: "/pool" });
  expect(aboutOf({ type: "ORDER_AVAILABLE", orderId: "1" }, "ADMIN")).toEqual(order);
  expect(aboutOf({ type: "PASSWORD_CHANGED", orderId: null }, "CUSTOMER")).toEqual({ kind: "page", to: "/account" });
  expect(aboutOf({ type: "STOCK_LOW", orderId: null }, "ADMIN")).toEqual({ kind: "page", to: "/admin/products" });
  expect(aboutOf({ type: "STOCK_LOW", orderId: null }, "STAFF")).toBeNull();
  expect(aboutOf({ type: "ORDER_PAID", orderId: null }, "CUSTOMER")).toBeNull();
});

test("the number of an order is found in a text", () => {
  expect(numberIn("Order W261121-7K3M9QX is paid")).toBe("W261121-7K3M9QX");
  expect(numberIn("Mug is running low")).toBeNull();
});
