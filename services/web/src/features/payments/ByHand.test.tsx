import { act, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import type { Payment, Role } from "@/api/schema";
import { session } from "@/api/session";
import { fakeApi, refusal } from "@/testing/fakeApi";
import { sampleUser, usd } from "@/testing/samples";
import { show } from "@/testing/show";
import { arrivalOf } from "./manualMoney";
import { OrderPayments } from "./OrderPayments";
import { PayPanel } from "./PayPanel";
import { anOrder, aPayment } from "./testing";

const PAYMENTS = "/api/v1/orders/{id}/payments";
const RECEIPTS = "/api/v1/admin/payments/{id}/receipts";
const later = new Date(Date.now() + 3 * 86_400_000).toISOString();
const order = anOrder({ expiresAt: later });
const byHand = aPayment({
  provider: "MANUAL",
  redirectUrl: null,
  instructions: "IBAN DE02 1203\nReference: the order number",
  received: usd(0),
});
const page = <T,>(items: T[]) => ({ items, nextCursor: null });

function signIn(role: Role, id: string): void {
  session.begin({ user: sampleUser({ id, role }), accessToken: "token", tokenType: "Bearer", expiresIn: 900 });
}

beforeEach(() => session.end());

test("a customer chooses it, reads how to pay, and sees what arrives until the order is paid", async () => {
  signIn("CUSTOMER", order.customer.id);
  let payments: Payment[] = [];
  const sent = fakeApi({
    [`GET ${PAYMENTS}`]: () => page(payments),
    "GET /api/v1/shop": () => ({ paymentProviders: ["SANDBOX", "MANUAL"] }),
    [`POST ${PAYMENTS}`]: () => {
      payments = [byHand];
      return { payment: byHand, redirectUrl: null };
    },
  });
  const { user, client } = show(<PayPanel order={order} reload={() => undefined} go={() => undefined} />);
  await user.click(await screen.findByRole("radio", { name: "Bank transfer or cash" }));
  await user.click(screen.getByRole("button", { name: "Pay now" }));
  expect(await screen.findByText(/IBAN DE02 1203/)).toBeTruthy();
  expect(sent.find(({ method }) => method === "POST")?.body).toMatchObject({ provider: "MANUAL" });
  const card = screen.getByRole("alert");
  expect(within(card).getByText(order.orderNumber)).toBeTruthy();
  expect(within(card).getByText("$450.00")).toBeTruthy();
  expect(within(card).queryByText("Arrived so far")).toBeNull();
  // Another way stays open; a second one by hand does not.
  expect(screen.getByRole("button", { name: "Pay this way" })).toBeTruthy();
  expect(screen.queryByRole("radio")).toBeNull();

  payments = [{ ...byHand, received: usd(20_000), version: 2 }];
  await act(() => client.invalidateQueries());
  expect(await within(card).findByText("$200.00")).toBeTruthy();
  expect(within(card).getByText("$250.00")).toBeTruthy();
  payments = [{ ...byHand, state: "SUCCEEDED", received: usd(45_000), version: 3 }];
  await act(() => client.invalidateQueries());
  expect(await screen.findByText("Your payment is being confirmed")).toBeTruthy();
});

test("an administrator records money in parts, and sends a part back", async () => {
  signIn("ADMIN", "1");
  let payment = byHand;
  let receipts: object[] = [];
  const receipt = { reference: "Line 7", receivedAt: "2026-11-30T12:00:00Z", returnedAt: null, returnReference: null };
  const sent = fakeApi({
    [`GET ${PAYMENTS}`]: () => page([payment]),
    [`GET ${RECEIPTS}`]: () => page(receipts),
    [`POST ${RECEIPTS}`]: () => {
      payment = { ...payment, received: usd(5_000), version: 2 };
      receipts = [{ ...receipt, id: "r1", amount: usd(5_000) }];
      return receipts[0];
    },
    [`POST ${RECEIPTS}/return`]: () => {
      payment = { ...payment, received: usd(0), state: "CANCELLED", version: 3 };
      receipts = [{ ...receipt, id: "r1", amount: usd(5_000), returnedAt: later, returnReference: "Transfer" }];
      return payment;
    },
  });
  const { user } = show(<OrderPayments order={order} />);
  await user.click(await screen.findByRole("button", { name: "Record money received" }));
  const amount = await screen.findByLabelText<HTMLInputElement>("Amount (USD)");
  expect(amount.value).toBe("450.00");
  await user.clear(amount);
  await user.type(amount, "450.01");
  expect(screen.getByText("is more than is missing")).toBeTruthy();
  await user.clear(amount);
  await user.type(amount, "50");
  await user.type(screen.getByLabelText(/^Reference/), " Line 7 ");
  await user.click(screen.getByRole("button", { name: "Record $50.00" }));
  const list = await screen.findByRole("list", { name: "Money received" });
  expect(within(list).getByText(/Line 7/)).toBeTruthy();
  expect(await screen.findByText("$50.00 of $450.00 have arrived.")).toBeTruthy();
  const post = sent.find(({ method }) => method === "POST");
  expect(post?.body).toEqual({ amount: usd(5_000), reference: "Line 7" });
  expect(post?.headers.get("idempotency-key")).toBeTruthy();

  await user.click(await screen.findByRole("button", { name: "Money was sent back" }));
  const dialog = await screen.findByRole("dialog");
  await user.type(await within(dialog).findByLabelText(/^Reference/), "Transfer");
  await user.click(within(dialog).getByRole("button", { name: "Money was sent back" }));
  expect(await screen.findByText(/^sent back on .*: Transfer$/)).toBeTruthy();
  await waitFor(() => expect(screen.queryByText(/have arrived/)).toBeNull());
});

test("what is refused is said, and what is missing now is shown", async () => {
  signIn("ADMIN", "1");
  let received = usd(0);
  fakeApi({
    [`GET ${PAYMENTS}`]: () => page([{ ...byHand, received }]),
    [`GET ${RECEIPTS}`]: () => page([]),
    [`POST ${RECEIPTS}`]: () => {
      received = usd(44_900);
      return refusal(409, "RECEIPT_TOO_LARGE", "1.00 USD of this payment is missing");
    },
  });
  const { user } = show(<OrderPayments order={order} />);
  await user.click(await screen.findByRole("button", { name: "Record money received" }));
  await user.type(await screen.findByLabelText(/^Reference/), "Line 7");
  await user.click(screen.getByRole("button", { name: "Record $450.00" }));
  expect(await screen.findByText("1.00 USD of this payment is missing.")).toBeTruthy();
  expect(await screen.findByText("$1.00 is missing.")).toBeTruthy();
});

test("an administrator begins one for the customer, and confirms a refund", async () => {
  signIn("ADMIN", "1");
  let payments: Payment[] = [];
  const paid = { ...byHand, state: "SUCCEEDED" as const, received: usd(45_000), refundable: usd(44_000) };
  let refund = {
    id: "r1",
    paymentId: byHand.id,
    amount: usd(1_000),
    reason: "Late",
    state: "PENDING",
    byHand: true,
    reference: null as string | null,
    lastError: null,
    createdAt: byHand.createdAt,
  };
  const sent = fakeApi({
    [`GET ${PAYMENTS}`]: () => page(payments),
    [`GET ${RECEIPTS}`]: () => page([]),
    [`POST ${PAYMENTS}`]: () => {
      payments = [paid];
      return { payment: byHand, redirectUrl: null };
    },
    "GET /api/v1/payments/{id}/refunds": () => page([refund]),
    "POST /api/v1/admin/refunds/{id}/confirm": () => {
      refund = { ...refund, state: "SUCCEEDED", reference: "Transfer 12" };
      payments = [{ ...paid, refunded: usd(1_000), version: 2 }];
      return refund;
    },
  });
  const { user, client } = show(<OrderPayments order={order} />);
  await user.click(await screen.findByRole("button", { name: "Expect a bank transfer or cash" }));
  expect(await screen.findByRole("button", { name: "Record money received" })).toBeTruthy();
  await act(() => client.invalidateQueries());
  await user.click(await screen.findByRole("button", { name: "Confirm refund" }));
  const dialog = await screen.findByRole("dialog");
  await user.type(await within(dialog).findByLabelText(/^Reference/), "Transfer 12");
  await user.click(within(dialog).getByRole("button", { name: "Confirm refund" }));
  expect(await screen.findByText(/Late · Transfer 12/)).toBeTruthy();
  expect(sent.at(-1)?.path).toBeTruthy();
  const posts = sent.filter(({ method }) => method === "POST");
  expect(posts.map(({ body }) => body)).toMatchObject([{ provider: "MANUAL" }, { reference: "Transfer 12" }]);
});

test("money of today arrived now, that of another day at its noon", () => {
  const now = new Date("2026-12-01T09:00:00").getTime();
  expect(arrivalOf("2026-12-01", now)).toBeUndefined();
  expect(arrivalOf("2026-11-30", now)).toBe(new Date("2026-11-30T12:00:00").toISOString());
});
