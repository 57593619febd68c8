import { screen, waitFor, within } from "@testing-library/react";
import { useState } from "react";
import { expect, test } from "vitest";
import { fakeApi, refusal } from "@/testing/fakeApi";
import { show } from "@/testing/show";
import { AccountForm } from "./AccountForm";
import { DifferenceList } from "./DifferenceList";
import { Earnings } from "./Earnings";
import { type DifferenceFilters, differenceFilters, type PayoutFilters, payoutFilters } from "./filters";
import { Payees } from "./Payees";
import { PayoutList } from "./PayoutList";
import { balance, difference, page, payee, payout, usd } from "./testing";

const PAYEES = "GET /api/v1/admin/payees";
const CREATE = "POST /api/v1/admin/payouts";
const LIST = "GET /api/v1/admin/payouts";

function List({ start = {} }: { start?: PayoutFilters }) {
  const [filters, setFilters] = useState(start);
  return <PayoutList filters={filters} onChange={setFilters} />;
}

function Differences() {
  const [filters, setFilters] = useState<DifferenceFilters>({});
  return <DifferenceList filters={filters} onChange={setFilters} />;
}

const posts = (sent: ReturnType<typeof fakeApi>) => sent.filter(({ method }) => method === "POST");

test("a part of what is available is paid, and not more", async () => {
  const sent = fakeApi({ [PAYEES]: () => page(payee()), [CREATE]: () => payout() });
  const { user } = show(<Payees />);
  await user.click(await screen.findByRole("button", { name: "Pay out to Wim Worker" }));
  const amount = await screen.findByLabelText<HTMLInputElement>("Amount in USD");
  expect(amount.value).toBe("80.00");
  await user.clear(amount);
  await user.type(amount, "80.01");
  expect(screen.getByText("More than is available")).toBeTruthy();
  await user.clear(amount);
  await user.type(amount, "30");
  await user.click(screen.getByRole("button", { name: "Create a payout of $30.00" }));
  await waitFor(() => expect(posts(sent)).toHaveLength(1));
  expect(posts(sent)[0]?.body).toEqual({ workerId: "0190-wim", amount: usd(3_000) });
  expect(posts(sent)[0]?.headers.get("idempotency-key")).toBeTruthy();
});

test("the owner is paid from the platform’s share", async () => {
  const owner = payee({ workerId: null, name: "" });
  const sent = fakeApi({ [PAYEES]: () => page(owner), [CREATE]: () => payout({ workerId: null, name: "" }) });
  const { user } = show(<Payees />);
  await user.click(await screen.findByRole("button", { name: "Pay out to Owner of the platform" }));
  await user.click(await screen.findByRole("button", { name: "Create a payout of $80.00" }));
  await waitFor(() => expect(posts(sent)[0]?.body).toEqual({ owner: true, amount: usd(8_000) }));
});

test("of several workers, those who got nothing are named with the reason", async () => {
  const una = payee({ workerId: "0190-una", name: "Una Worker" });
  const results = [
    { workerId: "0190-wim", payout: payout(), error: null },
    { workerId: "0190-una", payout: null, error: { code: "BALANCE_TOO_LOW", message: "0.00 USD is available" } },
  ];
  const sent = fakeApi({ [PAYEES]: () => page(payee(), una), [CREATE]: () => ({ results }) });
  const { user } = show(<Payees />);
  await user.click(await screen.findByRole("checkbox", { name: /Wim Worker/ }));
  await user.click(screen.getByRole("checkbox", { name: /Una Worker/ }));
  await user.click(screen.getByRole("button", { name: "Pay out to 2" }));
  await user.click(await screen.findByRole("button", { name: "Create 2 payouts" }));
  expect(await screen.findByText("1 payout was created")).toBeTruthy();
  expect(screen.getByText("Una Worker: 0.00 USD is available")).toBeTruthy();
  expect(posts(sent)[0]?.body).toEqual({ workerIds: ["0190-wim", "0190-una"] });
});

test("a payout by hand is approved, then marked as paid with a reference", async () => {
  let now = payout();
  const sent = fakeApi({
    [LIST]: () => page(now),
    "POST /api/v1/admin/payouts/{id}/approve": () => {
      now = payout({ state: "APPROVED", version: 2 });
      return now;
    },
    "POST /api/v1/admin/payouts/{id}/mark-paid": () => {
      now = payout({ state: "PAID", version: 3, reference: "transfer 7" });
      return now;
    },
  });
  const { user } = show(<List />);
  await user.click(await screen.findByRole("button", { name: "Approve $30.00 to Wim Worker" }));
  await user.click(await screen.findByRole("button", { name: "Approve" }));
  await user.click(await screen.findByRole("button", { name: "Mark $30.00 to Wim Worker as paid" }));
  await user.type(await screen.findByLabelText("Reference"), "transfer 7");
  const dialog = screen.getByRole("dialog");
  await user.click(within(dialog).getByRole("button", { name: "Mark as paid" }));
  expect(await screen.findByText("transfer 7")).toBeTruthy();
  expect(posts(sent).map(({ body }) => body)).toEqual([{ version: 1 }, { version: 2, reference: "transfer 7" }]);
});

test("a refusal stays readable, and the list shows what is true now", async () => {
  let lists = 0;
  fakeApi({
    [LIST]: () => page(payout({ state: lists++ ? "APPROVED" : "PENDING" })),
    "POST /api/v1/admin/payouts/{id}/cancel": () => refusal(409, "VERSION_CONFLICT", "it was changed"),
  });
  const { user } = show(<List />);
  await user.click(await screen.findByRole("button", { name: "Cancel $30.00 to Wim Worker" }));
  const dialog = await screen.findByRole("dialog");
  await user.click(within(dialog).getByRole("button", { name: "Cancel payout" }));
  expect(await within(dialog).findByRole("alert")).toBeTruthy();
  await waitFor(() => expect(lists).toBe(2));
});

test("a provider’s payout that was approved can only be cancelled", async () => {
  fakeApi({ [LIST]: () => page(payout({ state: "APPROVED", method: "STRIPE", recipient: "acct_1" })) });
  show(<List />);
  expect(await screen.findByRole("button", { name: /^Cancel/ })).toBeTruthy();
  expect(screen.queryByRole("button", { name: /as paid$/ })).toBeNull();
});

test("a worker sees balance, payouts and bookings, and that a refund is netted", async () => {
  fakeApi({
    "GET /api/v1/payouts/balance": () => ({
      balances: [balance({ available: usd(-2_000), paid: usd(8_000), earned: usd(6_000) })],
    }),
    "GET /api/v1/payouts": () => page(payout({ state: "PAID" })),
    "GET /api/v1/payouts/earnings": () =>
      page(
        { id: "1", kind: "CLAWBACK", amount: usd(-2_000), orderId: "0190-order", at: "2026-12-01T10:00:00Z" },
        { id: "2", kind: "ACCRUAL", amount: usd(8_000), orderId: "0190-order", at: "2026-12-01T09:00:00Z" },
      ),
  });
  show(<Earnings />);
  expect(await screen.findByText(/Refunds took back more/)).toBeTruthy();
  expect(screen.getAllByText("-$20.00").length).toBeGreaterThan(0);
  expect(await screen.findByText("Share of an order")).toBeTruthy();
  expect(await screen.findByRole("table", { name: "Your payouts" })).toBeTruthy();
});

test("a worker sets where payouts go, with the version that was read", async () => {
  let account = payee().account;
  const sent = fakeApi({
    "GET /api/v1/shop": () => ({ paymentProviders: ["STRIPE", "PAYPAL"] }),
    "GET /api/v1/payouts/account": () => account,
    "PUT /api/v1/payouts/account": () => {
      account = { ...account, method: "PAYPAL", recipient: "wim@example.com", version: 1 };
      return account;
    },
  });
  const { user } = show(<AccountForm />);
  await screen.findByRole("option", { name: "PayPal" });
  await user.selectOptions(await screen.findByLabelText("Paid by"), "PAYPAL");
  expect(screen.getByText("The e-mail address of your PayPal account.")).toBeTruthy();
  await user.type(screen.getByLabelText("To"), " wim@example.com ");
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("Saved")).toBeTruthy();
  const put = sent.find(({ method }) => method === "PUT");
  expect(put?.body).toEqual({ method: "PAYPAL", recipient: "wim@example.com", version: 0 });
});

test("a difference is resolved with a note", async () => {
  let now = difference();
  const sent = fakeApi({
    "GET /api/v1/admin/differences": () => page(now),
    "POST /api/v1/admin/differences/{id}/resolve": () => {
      now = difference({ state: "RESOLVED", note: "called the bank", version: 2 });
      return now;
    },
  });
  const { user } = show(<Differences />);
  await user.click(await screen.findByRole("button", { name: "Resolve: Another amount was paid" }));
  await user.type(await screen.findByLabelText("Note"), "called the bank");
  await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Resolve" }));
  expect(await screen.findByText(/– called the bank$/)).toBeTruthy();
  expect(posts(sent)[0]?.body).toEqual({ note: "called the bank", version: 1 });
});

test("addresses that mean nothing show everything", () => {
  expect(payoutFilters({ state: "LOST", cursor: "" })).toEqual({});
  expect(payoutFilters({ state: "PAID" })).toEqual({ state: "PAID" });
  expect(differenceFilters({ state: "OPEN" })).toEqual({ state: "OPEN" });
});
