import { expect, test } from "vitest";
import { introductionOf, orderOf, printOf } from "./request";
import { typed } from "./testing";

const lines = [{ productId: "1", quantity: " 2 " }];
const address = { line1: "1 Main St ", city: "London", country: "GB", postalCode: "SW1" };

test("products are sent with their quantities and, if goods are among them, the address", () => {
  const values = typed({ lines, ...address, description: "not asked for", wanted: "2026-12-24" });
  expect(orderOf(values, { address: true, wish: false }, null)).toEqual({
    items: [{ productId: "1", quantity: 2 }],
    shippingAddress: { line1: "1 Main St", city: "London", country: "GB", postalCode: "SW1" },
  });
});

test("a service is described, and may have a date: its noon", () => {
  const values = typed({ lines, ...address, description: " Two colours ", wanted: "2026-12-24" });
  expect(orderOf(values, { address: false, wish: true }, null)).toEqual({
    items: [{ productId: "1", quantity: 2 }],
    description: "Two colours",
    estimatedCompletion: new Date(2026, 11, 24, 12).toISOString(),
  });
});

test("the cart is ordered as it was shown", () => {
  const values = typed({ subject: "cart", lines });
  expect(orderOf(values, { address: false, wish: false }, 7)).toEqual({ fromCart: true, cartVersion: 7 });
});

test("a request has no products", () => {
  const values = typed({ subject: "request", lines, title: "A sign", instructions: "Please call" });
  expect(orderOf(values, { address: false, wish: true }, 7)).toEqual({
    title: "A sign",
    specialInstructions: "Please call",
  });
});

test("an account is created with a cookie, a guest is nothing but a name", () => {
  const guest = typed({ email: " ada@shop.test ", firstName: "Ada " });
  expect(introductionOf(guest)).toEqual({ email: "ada@shop.test", firstName: "Ada" });
  expect(introductionOf({ ...guest, lastName: "Lovelace", password: " horse " })).toEqual({
    email: "ada@shop.test",
    firstName: "Ada",
    lastName: "Lovelace",
    password: " horse ",
    session: "cookie",
  });
});

test("any change makes it another order, but the password does not", () => {
  const values = typed({ lines, email: "ada@shop.test" });
  expect(printOf({ ...values, password: "correct horse" })).toBe(printOf(values));
  expect(printOf({ ...values, city: "Rome" })).not.toBe(printOf(values));
  expect(printOf({ ...values, lines: [{ productId: "1", quantity: "3" }] })).not.toBe(printOf(values));
});
