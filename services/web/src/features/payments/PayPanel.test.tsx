import { screen, waitFor } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import type { Order, Payment } from "@/api/schema";
import { session } from "@/api/session";
import { fakeApi, type Routes, refusal } from "@/testing/fakeApi";
import { show } from "@/testing/show";
import { PayPanel } from "./PayPanel";
import { anOrder, aPayment } from "./testing";

const PAYMENTS = "/api/v1/orders/{id}/payments";
const later = new Date(Date.now() + 600_000).toISOString();

beforeEach(() => session.beginGuest("token", 3_600));

function open(order: Partial<Order>, payments: Payment[], routes: Routes = {}) {
  const go = vi.fn();
  const reload = vi.fn();
  const sent = fakeApi({
    [`GET ${PAYMENTS}`]: () => ({ items: payments, nextCursor: null }),
    "GET /api/v1/shop": () => ({ paymentProviders: ["SANDBOX"] }),
    ...routes,
  });
  const view = show(<PayPanel order={anOrder({ expiresAt: later, ...order })} reload={reload} go={go} />);
  return { ...view, go, reload, sent, posts: () => sent.filter(({ method }) => method === "POST") };
}

test("starts a payment, with paths of these pages to come back to, and goes to the provider", async () => {
  const created = { payment: aPayment(), redirectUrl: "http://shop.test/api/v1/sandbox/checkout/3" };
  const { user, go, posts } = open({}, [], { [`POST ${PAYMENTS}`]: () => created });
  await user.click(await screen.findByRole("button", { name: "Pay now" }));
  await waitFor(() => expect(go).toHaveBeenCalledWith("http://shop.test/api/v1/sandbox/checkout/3"));
  const { id } = anOrder();
  expect(posts()[0]?.body).toEqual({ provider: "SANDBOX", successUrl: `/placed/${id}`, cancelUrl: `/pay/${id}` });
});

test("the customer chooses among the providers of the shop", async () => {
  const created = { payment: aPayment(), redirectUrl: null };
  const { user, posts } = open({}, [], {
    "GET /api/v1/shop": () => ({ paymentProviders: ["STRIPE", "PAYPAL"] }),
    [`POST ${PAYMENTS}`]: () => created,
  });
  expect((await screen.findByRole<HTMLInputElement>("radio", { name: "Card (Stripe)" })).checked).toBe(true);
  await user.click(screen.getByRole("radio", { name: "PayPal" }));
  await user.click(screen.getByRole("button", { name: "Pay now" }));
  await waitFor(() => expect(posts()[0]?.body).toMatchObject({ provider: "PAYPAL" }));
});

test("a repeat after a lost answer has the same key, the next payment another", async () => {
  let lost = 2;
  const created = { payment: aPayment(), redirectUrl: null };
  const { user, posts } = open({}, [], {
    [`POST ${PAYMENTS}`]: () => {
      lost -= 1;
      if (lost > 0) throw new TypeError("Failed to fetch");
      return created;
    },
  });
  await user.click(await screen.findByRole("button", { name: "Pay now" }));
  await user.click(await screen.findByRole("button", { name: "Try again" }));
  await waitFor(() => expect(posts()).toHaveLength(2));
  await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
  await user.click(await screen.findByRole("button", { name: /^(Pay now|Start another payment)$/ }));
  await waitFor(() => expect(posts()).toHaveLength(3));
  const keys = posts().map(({ headers }) => headers.get("idempotency-key"));
  expect(keys[0]).toBeTruthy();
  expect(keys[1]).toBe(keys[0]);
  expect(keys[2]).not.toBe(keys[0]);
});

test("continues a payment that is under way", async () => {
  const { user, go, posts } = open({}, [aPayment()]);
  await user.click(await screen.findByRole("button", { name: "Continue the payment" }));
  expect(go).toHaveBeenCalledWith("http://shop.test/api/v1/sandbox/checkout/33333333-3333-4333-8333-333333333333");
  expect(posts()).toEqual([]);
});

test("says why a payment failed, and offers another try", async () => {
  open({}, [aPayment({ state: "FAILED", failureReason: "The card was declined (sandbox)." })]);
  expect(await screen.findByText("The card was declined (sandbox).")).toBeTruthy();
  expect(screen.getByRole("button", { name: "Try to pay again" })).toBeTruthy();
});

test("an order that cannot be paid any more is loaded again", async () => {
  const { user, reload } = open({}, [], {
    [`POST ${PAYMENTS}`]: () => refusal(409, "ORDER_NOT_PAYABLE", "the order is paid already"),
  });
  await user.click(await screen.findByRole("button", { name: "Pay now" }));
  expect((await screen.findByRole("alert")).textContent).toContain("The order is paid already.");
  expect(reload).toHaveBeenCalled();
});

test.each([
  [{ paymentStatus: "PAID" }, "This order is paid"],
  [{ status: "CANCELLED", expiresAt: null }, "This order is cancelled"],
  [{ expiresAt: "2026-01-01T00:00:00Z" }, "The time to pay is over"],
  [{ paymentStatus: "REFUNDED" }, "Your money was sent back"],
] satisfies [Partial<Order>, string][])("with %o it says: %s", async (order, text) => {
  open(order, []);
  expect(await screen.findByText(text)).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Pay now" })).toBeNull();
});

test("shows how much time is left", async () => {
  open({}, []);
  expect(await screen.findByText(/kept for you for another (10:00|9:5\d)/)).toBeTruthy();
});
