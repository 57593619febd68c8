import { expect, test } from "vitest";
import { chosenItems, NOTHING } from "./chosen";
import { type Facts, fieldOf, firstField, lastDay, problemsOf, problemsOfAnswer, today } from "./problems";
import { logo, mug, typed } from "./testing";

const facts: Facts = {
  chosen: NOTHING,
  needs: { address: false, wish: false },
  stranger: false,
  account: "unasked",
  sent: false,
};

test("complaints of the server go to the fields of the form", () => {
  const details = [
    { field: "items[1].quantity", message: "must be at least 1" },
    { field: "contact.email", message: "must be an e-mail address" },
    { field: "shippingAddress.line1", message: "is required" },
    { field: "estimatedCompletion", message: "must not lie in the past" },
  ];
  expect(problemsOfAnswer(details, "items")).toEqual({
    problems: {
      "lines.1.quantity": "Must be at least 1.",
      email: "Must be an e-mail address.",
      line1: "Is required.",
      wanted: "Must not lie in the past.",
    },
    all: true,
  });
});

test("a complaint without a field stays with the message", () => {
  const details = [{ field: "X-Cart-Token", message: "must be a token" }];
  expect(problemsOfAnswer(details, "items")).toEqual({ problems: {}, all: false });
  expect(problemsOfAnswer([], "items").all).toBe(false);
  // The lines of the cart are not typed here.
  expect(fieldOf("items[0].quantity", "cart")).toBeNull();
});

test("the first field is the first on the page, not the first that was named", () => {
  const lines = { "lines.10.quantity": "x", "lines.2.quantity": "x" };
  expect(firstField({ city: "x", email: "x", ...lines })).toBe("lines.2.quantity");
  expect(firstField({ city: "x", email: "x" })).toBe("email");
  expect(firstField({ lines: "x", "lines.0.quantity": "x" })).toBe("lines");
  expect(firstField({})).toBeUndefined();
});

test("something has to be chosen", () => {
  expect(problemsOf(typed(), facts)).toHaveProperty("lines");
  expect(problemsOf(typed({ subject: "cart" }), facts)).toHaveProperty("lines");
  expect(problemsOf(typed({ subject: "request" }), facts)).toHaveProperty("title");
  expect(problemsOf(typed({ subject: "request", title: "A sign" }), facts)).toEqual({});
});

test("nothing is ordered before it is known what it is", () => {
  const lines = [{ productId: mug.id, quantity: "1" }];
  const loading = chosenItems(lines, []);
  expect(problemsOf(typed({ lines }), { ...facts, chosen: loading })).toHaveProperty("lines");
  const failed = chosenItems(lines, [{ data: undefined, error: new TypeError("fetch") }]);
  expect(problemsOf(typed({ lines }), { ...facts, chosen: failed })).toHaveProperty("lines");
});

test("quantities are whole numbers that are in stock", () => {
  const check = (quantity: string) => {
    const lines = [{ productId: mug.id, quantity }];
    const chosen = chosenItems(lines, [{ data: mug, error: null }]);
    return Object.keys(problemsOf(typed({ lines }), { ...facts, chosen }));
  };
  expect(check("5")).toEqual([]);
  for (const bad of ["6", "0", "", "1.5", "-1", "1000001"]) expect(check(bad)).toEqual(["lines.0.quantity"]);
});

test("a service has no stock", () => {
  const lines = [{ productId: logo.id, quantity: "100" }];
  const chosen = chosenItems(lines, [{ data: logo, error: null }]);
  expect(problemsOf(typed({ lines }), { ...facts, chosen })).toEqual({});
});

test("goods need an address, and what is described may have a day that is not over", () => {
  const request = typed({ subject: "request", title: "A sign" });
  const address = { ...facts, needs: { address: true, wish: false } };
  expect(Object.keys(problemsOf(request, address))).toEqual(["line1", "city", "country"]);
  const wish = { ...facts, needs: { address: false, wish: true } };
  expect(problemsOf({ ...request, wanted: "2020-01-01" }, wish)).toHaveProperty("wanted");
  expect(problemsOf({ ...request, wanted: "12026-01-01" }, wish)).toHaveProperty("wanted");
  expect(problemsOf({ ...request, wanted: today() }, wish)).toEqual({});
  expect(problemsOf({ ...request, wanted: lastDay() }, wish)).toEqual({});
});

test("strangers say who they are", () => {
  const stranger = { ...facts, stranger: true };
  const request = typed({ subject: "request", title: "A sign" });
  expect(Object.keys(problemsOf(request, stranger))).toEqual(["email", "firstName"]);
  const guest = { ...request, email: "ada@shop.test", firstName: "Ada" };
  expect(problemsOf(guest, stranger)).toEqual({});
  expect(Object.keys(problemsOf({ ...guest, password: "short" }, stranger))).toEqual(["password"]);
  const known = { ...stranger, account: "known" } as const;
  expect(Object.keys(problemsOf({ ...guest, firstName: "", password: "correct horse" }, known))).toEqual(["password"]);
});

test("an order that was sent and not answered is not checked against the stock: it may have taken it", () => {
  const lines = [{ productId: mug.id, quantity: "5" }];
  const chosen = chosenItems(lines, [{ data: { ...mug, available: 0 }, error: null }]);
  expect(problemsOf(typed({ lines }), { ...facts, chosen, sent: true })).toEqual({});
  expect(problemsOf(typed({ subject: "cart" }), { ...facts, sent: true })).toEqual({});
  expect(problemsOf(typed({ lines }), { ...facts, chosen, sent: true, stranger: true })).toHaveProperty("email");
});
