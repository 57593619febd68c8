import { screen, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import type { Role } from "@/api/schema";
import { session } from "@/api/session";
import { fakeApi, refusal } from "@/testing/fakeApi";
import { sampleUser, usd } from "@/testing/samples";
import { show } from "@/testing/show";
import { OrderPayments } from "./OrderPayments";
import { anOrder, aPayment } from "./testing";

const order = anOrder({ expiresAt: null });

function signIn(role: Role, id: string): void {
  session.begin({ user: sampleUser({ id, role }), accessToken: "token", tokenType: "Bearer", expiresIn: 900 });
}

beforeEach(() => session.end());

function payments(...items: ReturnType<typeof aPayment>[]) {
  return fakeApi({ "GET /api/v1/orders/{id}/payments": () => ({ items, nextCursor: null }) });
}

test("shows what failed and why, and lets the customer pay", async () => {
  signIn("CUSTOMER", order.customer.id);
  payments(aPayment({ state: "FAILED", failureReason: "The card was declined." }));
  show(<OrderPayments order={order} />);
  expect(await screen.findByText("The card was declined.")).toBeTruthy();
  expect(screen.getByText("Failed")).toBeTruthy();
  expect(screen.getByRole("link", { name: "Pay now" }).getAttribute("href")).toBe(`/pay/${order.id}`);
});

test("administrators see payments, and do not pay for others", async () => {
  signIn("ADMIN", "1");
  payments(aPayment({ state: "PENDING" }));
  show(<OrderPayments order={order} />);
  expect(await screen.findByText("Pending")).toBeTruthy();
  expect(screen.queryByRole("link")).toBeNull();
});

test("workers see no payments", async () => {
  signIn("STAFF", "1");
  const sent = payments();
  show(
    <>
      <p>The page</p>
      <OrderPayments order={order} />
    </>,
  );
  expect(await screen.findByText("The page")).toBeTruthy();
  expect(screen.queryByText("Payments")).toBeNull();
  expect(sent).toEqual([]);
});

const paid = aPayment({ state: "SUCCEEDED", refundable: usd(45_000) });
const REFUNDS = "GET /api/v1/payments/{id}/refunds";
const REFUND = "POST /api/v1/admin/payments/{id}/refunds";

test("an administrator refunds a part, and sees it on its way", async () => {
  signIn("ADMIN", "1");
  let payment = paid;
  const refund = {
    id: "r1",
    paymentId: paid.id,
    amount: usd(5_000),
    reason: "Late",
    state: "PENDING",
    lastError: null,
  };
  const sent = fakeApi({
    "GET /api/v1/orders/{id}/payments": () => ({ items: [payment], nextCursor: null }),
    [REFUNDS]: () => ({ items: [{ ...refund, createdAt: paid.createdAt }], nextCursor: null }),
    [REFUND]: () => {
      payment = { ...paid, refundable: usd(40_000), version: 1 };
      return refund;
    },
  });
  const { user } = show(<OrderPayments order={order} />);
  await user.click(await screen.findByRole("button", { name: "Refund" }));
  const amount = await screen.findByLabelText<HTMLInputElement>("Amount (USD)");
  expect(amount.value).toBe("450.00");
  await user.clear(amount);
  await user.type(amount, "450.01");
  expect(screen.getByText("is more than can be refunded")).toBeTruthy();
  await user.clear(amount);
  await user.type(amount, "50");
  await user.type(screen.getByLabelText(/^Reason/), " Late ");
  await user.click(screen.getByRole("button", { name: "Refund $50.00" }));
  const list = await screen.findByRole("list", { name: "Refunds" });
  expect(await within(list).findByText("On its way back")).toBeTruthy();
  expect(screen.queryByLabelText("Amount (USD)")).toBeNull();
  const post = sent.find(({ method }) => method === "POST");
  expect(post?.body).toEqual({ amount: usd(5_000), reason: "Late" });
  expect(post?.headers.get("idempotency-key")).toBeTruthy();
});

test("an administrator refunds units at what they cost, and keeps them out of the stock", async () => {
  signIn("ADMIN", "1");
  const [logo] = order.items;
  if (!logo) throw new Error("the order has an item");
  const cups = {
    ...logo,
    productId: "0190-cup",
    name: "Cup",
    kind: "GOODS" as const,
    quantity: 3,
    lineTotal: usd(3_000),
  };
  const sent = fakeApi({
    "GET /api/v1/orders/{id}/payments": () => ({ items: [paid], nextCursor: null }),
    [REFUND]: () => ({ id: "r1", paymentId: paid.id, amount: usd(2_000), reason: "Broken", state: "PENDING" }),
  });
  const { user } = show(<OrderPayments order={{ ...order, items: [logo, { ...cups, refundedQuantity: 1 }] }} />);
  await user.click(await screen.findByRole("button", { name: "Refund" }));
  await user.type(await screen.findByLabelText(/^Cup/), "2");
  expect(screen.getByLabelText<HTMLInputElement>("Amount (USD)").value).toBe("20.00");
  await user.click(screen.getByRole("checkbox", { name: "Back to the stock: Cup" }));
  await user.type(screen.getByLabelText(/^Reason/), "Broken");
  await user.click(screen.getByRole("button", { name: "Refund $20.00" }));
  await vi.waitFor(() => expect(sent.some(({ method }) => method === "POST")).toBe(true));
  expect(sent.find(({ method }) => method === "POST")?.body).toEqual({
    amount: usd(2_000),
    reason: "Broken",
    lines: [{ position: 1, quantity: 2, restock: false }],
  });
});

test("a refund that is refused keeps what was typed, and shows what is left now", async () => {
  signIn("ADMIN", "1");
  let left = 45_000;
  fakeApi({
    "GET /api/v1/orders/{id}/payments": () => ({ items: [{ ...paid, refundable: usd(left) }], nextCursor: null }),
    [REFUNDS]: () => ({ items: [], nextCursor: null }),
    [REFUND]: () => {
      left = 100;
      return refusal(409, "REFUND_TOO_LARGE", "1.00 USD of this payment can still be refunded");
    },
  });
  const { user } = show(<OrderPayments order={order} />);
  await user.click(await screen.findByRole("button", { name: "Refund" }));
  await user.type(await screen.findByLabelText(/^Reason/), "Late");
  await user.click(screen.getByRole("button", { name: "Refund $450.00" }));
  expect(await screen.findByText("1.00 USD of this payment can still be refunded.")).toBeTruthy();
  expect(await screen.findByText("$1.00 can be refunded")).toBeTruthy();
  expect(screen.getByLabelText<HTMLTextAreaElement>(/^Reason/).value).toBe("Late");
});

test("customers see what came back, and cannot refund", async () => {
  signIn("CUSTOMER", order.customer.id);
  const part = { ...paid, refunded: usd(500), refundable: usd(44_500) };
  const refund = { id: "r1", paymentId: paid.id, amount: usd(500), reason: "One letter was wrong", state: "SUCCEEDED" };
  fakeApi({
    "GET /api/v1/orders/{id}/payments": () => ({ items: [part], nextCursor: null }),
    [REFUNDS]: () => ({ items: [{ ...refund, createdAt: paid.createdAt }], nextCursor: null }),
  });
  show(<OrderPayments order={order} />);
  expect(await screen.findByText(/One letter was wrong/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Refund" })).toBeNull();
});
