import { screen } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import type { Role } from "@/api/schema";
import { session } from "@/api/session";
import { fakeApi } from "@/testing/fakeApi";
import { sampleUser } from "@/testing/samples";
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
