import { cleanup, screen, waitFor } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import type { PlacedOrder } from "@/api/schema";
import { session } from "@/api/session";
import { fakeApi, type Routes, refusal } from "@/testing/fakeApi";
import { show } from "@/testing/show";
import type { OrderSearch } from "./filters";
import { OrderForm } from "./OrderForm";
import { ada, logo, mug, placed } from "./testing";

const ORDERS = "POST /api/v1/orders";
const guest: PlacedOrder = {
  ...placed,
  auth: { guest: true, accessToken: "guest-token", tokenType: "Bearer", expiresIn: 3_600 },
};

beforeEach(() => session.end());

function open(start: OrderSearch, routes: Routes = {}, signIn = vi.fn(async () => undefined)) {
  const onPlaced = vi.fn();
  const sent = fakeApi({
    "GET /api/v1/products": () => ({ items: [mug, logo], nextCursor: null }),
    [`GET /api/v1/products/${mug.id}`]: () => mug,
    [`GET /api/v1/products/${logo.id}`]: () => logo,
    "GET /api/v1/auth/email-status": () => ({ registered: false }),
    [ORDERS]: () => guest,
    ...routes,
  });
  const view = show(<OrderForm start={start} signIn={signIn} onPlaced={onPlaced} />);
  const posts = () => sent.filter(({ method, path }) => method === "POST" && path === "/api/v1/orders");
  const keys = () => posts().map(({ headers }) => headers.get("idempotency-key"));
  return { ...view, onPlaced, signIn, sent, posts, keys };
}

type Opened = ReturnType<typeof open>;

const email = () => screen.findByLabelText<HTMLInputElement>(/^E-mail/);
const firstName = () => screen.getByLabelText<HTMLInputElement>(/^First name/);
const place = ({ user }: Opened) => user.click(screen.getByRole("button", { name: "Place order" }));

async function introduce({ user }: Opened): Promise<void> {
  await user.type(await email(), "ada@shop.test");
  await user.tab();
  await user.type(firstName(), "Ada");
}

/** The product is there with its price. */
const known = async (name: RegExp) => waitFor(() => expect(screen.getAllByText(name).length).toBeGreaterThan(1));

test("orders as a guest, who may then read and pay the order", async () => {
  const form = open({ product: logo.id, quantity: 2 });
  await known(/Logo design/);
  await introduce(form);
  await place(form);
  await waitFor(() => expect(form.onPlaced).toHaveBeenCalledWith(expect.objectContaining({ id: placed.id })));
  expect(form.posts()[0]?.body).toEqual({
    items: [{ productId: logo.id, quantity: 2 }],
    contact: { email: "ada@shop.test", firstName: "Ada" },
  });
  // Guests are known by their key: it must be hard to guess.
  expect(form.keys()[0]?.length).toBeGreaterThanOrEqual(16);
  expect(session.get()).toMatchObject({ kind: "guest", token: "guest-token" });
  expect(Object.keys({ ...sessionStorage }).filter((name) => name.startsWith("waybill.order"))).toEqual([]);
});

test("creates an account in the same step, with a cookie, and keeps no password", async () => {
  const auth = { guest: false, accessToken: "token", tokenType: "Bearer", expiresIn: 900, user: ada } as const;
  const form = open({ product: logo.id }, { [ORDERS]: () => ({ ...placed, auth }) });
  await known(/Logo design/);
  await introduce(form);
  await form.user.type(screen.getByLabelText("Password (optional)"), "correct horse");
  expect(Object.values({ ...sessionStorage }).join()).not.toContain("correct horse");
  await place(form);
  await waitFor(() => expect(form.onPlaced).toHaveBeenCalled());
  expect(form.posts()[0]?.body).toMatchObject({ contact: { password: "correct horse", session: "cookie" } });
  expect(session.get()).toMatchObject({ kind: "user", token: "token", user: { email: "ada@shop.test" } });
});

test("goods ask for an address", async () => {
  const form = open({ product: mug.id });
  await known(/Enamel mug/);
  await introduce(form);
  await place(form);
  expect(document.activeElement).toBe(screen.getByLabelText(/^Street/));
  expect(form.posts()).toEqual([]);
  await form.user.type(screen.getByLabelText(/^Street/), "1 Main St");
  await form.user.type(screen.getByLabelText(/^City/), "London");
  await form.user.selectOptions(screen.getByLabelText(/^Country/), "GB");
  await place(form);
  await waitFor(() => expect(form.posts()).toHaveLength(1));
  expect(form.posts()[0]?.body).toMatchObject({
    shippingAddress: { line1: "1 Main St", city: "London", country: "GB" },
  });
});

test("too little in stock: says so at the product, and takes what is left with another key", async () => {
  session.begin({ user: ada, accessToken: "token", tokenType: "Bearer", expiresIn: 900 });
  let left = 5;
  const form = open(
    { product: mug.id, quantity: 3 },
    {
      [`GET /api/v1/products/${mug.id}`]: () => ({ ...mug, available: left }),
      "GET /api/v1/cart": () => ({ items: [], version: 1 }),
      [ORDERS]: ({ body }) => {
        if ((body as { items: { quantity: number }[] }).items[0]?.quantity === 1) return placed;
        left = 1;
        const details = [{ field: "items[0].quantity", message: "only 1 of Enamel mug are left" }];
        return refusal(409, "OUT_OF_STOCK", "only 1 of Enamel mug are left, and 3 were requested", details);
      },
    },
  );
  await known(/Enamel mug/);
  await form.user.type(screen.getByLabelText(/^Street/), "1 Main St");
  await form.user.type(screen.getByLabelText(/^City/), "London");
  await place(form);
  const quantity = screen.getByLabelText<HTMLInputElement>("Quantity of Enamel mug");
  await waitFor(() => expect(document.activeElement).toBe(quantity));
  expect(screen.getAllByText("Only 1 of Enamel mug are left.").length).toBeGreaterThan(0);
  await form.user.click(await screen.findByRole("button", { name: "Take what there is" }));
  await waitFor(() => expect(quantity.value).toBe("1"));
  await place(form);
  await waitFor(() => expect(form.onPlaced).toHaveBeenCalled());
  expect(form.keys()).toHaveLength(2);
  expect(form.keys()[1]).not.toBe(form.keys()[0]);
  // Signed in: nobody is asked who they are.
  expect(form.posts()[1]?.body).not.toHaveProperty("contact");
});

test("after a lost answer the same order is sent again with the same key, also after a reload", async () => {
  const lost = {
    [ORDERS]: () => {
      throw new TypeError("Failed to fetch");
    },
  };
  const first = open({ product: logo.id }, lost);
  await known(/Logo design/);
  await introduce(first);
  await place(first);
  await first.user.click(await screen.findByRole("button", { name: "Try again" }));
  await waitFor(() => expect(first.posts()).toHaveLength(2));
  expect(first.keys()[1]).toBe(first.keys()[0]);
  expect(first.posts()[1]?.body).toEqual(first.posts()[0]?.body);

  cleanup();
  const second = open({});
  expect((await email()).value).toBe("ada@shop.test");
  expect(screen.getByText(/did not answer when you last sent/)).toBeTruthy();
  await place(second);
  await waitFor(() => expect(second.onPlaced).toHaveBeenCalled());
  expect(second.keys()).toEqual([first.keys()[0]]);
  expect(second.posts()[0]?.body).toEqual(first.posts()[0]?.body);
});

test("a changed form is another order", async () => {
  let lost = true;
  const form = open(
    { product: logo.id },
    {
      [ORDERS]: () => {
        if (lost) throw new TypeError("Failed to fetch");
        return guest;
      },
    },
  );
  await known(/Logo design/);
  await introduce(form);
  await place(form);
  await screen.findByRole("button", { name: "Try again" });
  lost = false;
  await form.user.type(screen.getByLabelText(/^Anything else/), "Please call");
  await place(form);
  await waitFor(() => expect(form.onPlaced).toHaveBeenCalled());
  expect(form.keys()[1]).not.toBe(form.keys()[0]);
});

test("a known address can sign in right here, and the order is then the account's", async () => {
  const signIn = vi.fn(async () => {
    session.begin({ user: ada, accessToken: "token", tokenType: "Bearer", expiresIn: 900 });
    return undefined;
  });
  const routes = {
    "GET /api/v1/auth/email-status": () => ({ registered: true }),
    "GET /api/v1/cart": () => ({ items: [], version: 1 }),
    [ORDERS]: () => placed,
  };
  const form = open({ product: logo.id }, routes, signIn);
  await known(/Logo design/);
  await form.user.type(await email(), "ada@shop.test");
  await form.user.tab();
  expect(await screen.findByText(/This address has an account/)).toBeTruthy();
  await form.user.type(screen.getByLabelText("Password (optional)"), "correct horse{Enter}");
  expect(signIn).toHaveBeenCalledWith({ email: "ada@shop.test", password: "correct horse" });
  expect(await screen.findByText("You order as Ada Lovelace (ada@shop.test).")).toBeTruthy();
  await place(form);
  await waitFor(() => expect(form.onPlaced).toHaveBeenCalled());
  expect(form.posts()[0]?.body).toEqual({ items: [{ productId: logo.id, quantity: 1 }] });
});

test("without an answer about the address both ways are offered", async () => {
  const form = open(
    { product: logo.id },
    { "GET /api/v1/auth/email-status": () => refusal(429, "RATE_LIMITED", "too many account lookups") },
  );
  await form.user.type(await email(), "ada@shop.test");
  await form.user.tab();
  expect(await screen.findByRole("button", { name: "Sign in" })).toBeTruthy();
  expect(firstName()).toBeTruthy();
  expect(screen.queryByRole("alert", { name: /too many/ })).toBeNull();
});

test("a wrong password of a known account is said at its field", async () => {
  const details = [{ field: "contact.email", message: "has an account already" }];
  const form = open(
    { product: logo.id },
    { [ORDERS]: () => refusal(409, "EMAIL_REGISTERED", "this address has an account", details) },
  );
  await known(/Logo design/);
  await introduce(form);
  await form.user.type(screen.getByLabelText("Password (optional)"), "wrong horse");
  await place(form);
  expect(await screen.findByText(/not the password of the account/)).toBeTruthy();
  expect(document.activeElement).toBe(screen.getByLabelText("Password (optional)"));
  expect(screen.getByRole("button", { name: "Sign in" })).toBeTruthy();
});

test("the server's complaints go to the fields, and the first gets the focus", async () => {
  const details = [{ field: "contact.email", message: "is not an e-mail address" }];
  const form = open(
    { product: logo.id },
    { [ORDERS]: () => refusal(422, "VALIDATION_ERROR", "contact.email", details) },
  );
  await known(/Logo design/);
  await introduce(form);
  await place(form);
  expect(await screen.findByText("Is not an e-mail address.")).toBeTruthy();
  expect(document.activeElement).toBe(await email());
  expect((await email()).value).toBe("ada@shop.test");
});

test("a request has no price and no payment", async () => {
  const form = open({ title: "A sign" });
  await introduce(form);
  expect(screen.getByText(/nothing to pay now/)).toBeTruthy();
  await form.user.click(screen.getByRole("button", { name: "Send request" }));
  await waitFor(() => expect(form.onPlaced).toHaveBeenCalled());
  expect(form.posts()[0]?.body).toEqual({
    title: "A sign",
    contact: { email: "ada@shop.test", firstName: "Ada" },
  });
});

test("the cart is ordered as it is shown; when it has changed, it is shown again", async () => {
  session.begin({ user: ada, accessToken: "token", tokenType: "Bearer", expiresIn: 900 });
  let version = 7;
  const line = { productId: logo.id, name: logo.name, kind: "SERVICE", unitPrice: logo.price, available: null };
  const form = open(
    { cart: true },
    {
      "GET /api/v1/cart": () => ({
        items: [{ ...line, quantity: version === 7 ? 1 : 2, lineTotal: logo.price, changes: [] }],
        subtotal: logo.price,
        version,
        changed: false,
        updatedAt: null,
        expiresAt: null,
      }),
      [ORDERS]: () => {
        if (version === 8) return placed;
        version = 8;
        return refusal(409, "CART_CHANGED", "the cart has changed");
      },
    },
  );
  await known(/Logo design/);
  await place(form);
  expect(await screen.findByText("Your cart has changed")).toBeTruthy();
  await known(/2 × Logo design/);
  await place(form);
  await waitFor(() => expect(form.onPlaced).toHaveBeenCalled());
  expect(form.posts().map(({ body }) => body)).toEqual([
    { fromCart: true, cartVersion: 7 },
    { fromCart: true, cartVersion: 8 },
  ]);
  expect(form.keys()[1]).not.toBe(form.keys()[0]);
});

test("nothing chosen: nothing is sent", async () => {
  const form = open({});
  await introduce(form);
  await place(form);
  expect(await screen.findByText("Choose a product, or describe what you need.")).toBeTruthy();
  expect(form.posts()).toEqual([]);
  await form.user.click(await screen.findByRole("checkbox", { name: "Logo design" }));
  await place(form);
  await waitFor(() => expect(form.posts()).toHaveLength(1));
});
