import { screen, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import type { PaymentWithOrder } from "@/api/schema";
import { fakeApi } from "@/testing/fakeApi";
import { sampleWorker } from "@/testing/samples";
import { show } from "@/testing/show";
import { AccountBalances } from "./AccountBalances";
import { LedgerList } from "./LedgerList";
import { OrderLookup } from "./OrderLookup";
import { PaymentsList } from "./PaymentsList";
import { aLine, anOrder, aPage } from "./testing";

const WORKERS = { "GET /api/v1/admin/workers": () => aPage([sampleWorker()]) };
const nothing = () => undefined;

const payment: PaymentWithOrder = {
  id: "p1",
  orderId: anOrder().id,
  orderNumber: anOrder().orderNumber,
  customerId: "c",
  provider: "PAYPAL",
  amount: { amount: 12_000, currency: "USD" },
  state: "FAILED",
  redirectUrl: null,
  failureReason: "card declined",
  refunded: { amount: 0, currency: "USD" },
  instructions: null,
  received: null,
  refundable: { amount: 0, currency: "USD" },
  version: 1,
  createdAt: "2026-11-30T11:00:00Z",
  updatedAt: "2026-11-30T11:00:00Z",
  order: anOrder(),
};

test("a payment says for which order, by whom, and why it failed", async () => {
  const sent = fakeApi({ "GET /api/v1/admin/payments": () => aPage([payment]) });
  show(<PaymentsList filters={{ state: ["FAILED", "PENDING"], cursor: "x" }} onChange={nothing} />);
  const row = (await screen.findByRole("link", { name: payment.orderNumber })).closest("tr") as HTMLElement;
  for (const text of ["Ada Lovelace", "PayPal", "$120.00", "Failed", "card declined"]) {
    expect(within(row).getByText(text)).toBeTruthy();
  }
  expect(sent[0]?.query.getAll("state")).toEqual(["FAILED", "PENDING"]);
  expect(sent[0]?.query.get("expand")).toBe("order");
  expect(sent[0]?.query.get("cursor")).toBe("x");
});

test("an order is found by its exact number, in any case", async () => {
  const longer = anOrder({ id: "9", orderNumber: `${anOrder().orderNumber}X` });
  const sent = fakeApi({ "GET /api/v1/orders": () => aPage([longer, anOrder()]) });
  const onChange = vi.fn();
  const { user } = show(<OrderLookup orderId={undefined} onChange={onChange} />);
  await user.type(await screen.findByLabelText("Order number"), `${anOrder().orderNumber.toLowerCase()}{Enter}`);
  await vi.waitFor(() => expect(onChange).toHaveBeenCalledWith(anOrder().id));
  expect(sent[0]?.query.get("q")).toBe(anOrder().orderNumber.toLowerCase());
});

test.each([
  ["none", []],
  ["several", [anOrder({ id: "1" }), anOrder({ id: "2", orderNumber: "W261130-OTHER99" })]],
])("a number of %s orders is told of, and stays to be corrected", async (_, found) => {
  fakeApi({ "GET /api/v1/orders": () => aPage(found) });
  const onChange = vi.fn();
  const { user } = show(<OrderLookup orderId={undefined} onChange={onChange} />);
  await user.type(await screen.findByLabelText("Order number"), "W26{Enter}");
  expect(await screen.findByText("No single order has this number.")).toBeTruthy();
  expect(screen.getByLabelText<HTMLInputElement>("Order number").value).toBe("W26");
  expect(onChange).not.toHaveBeenCalled();
});

test("lines of the ledger are shown by entry, with sums that balance", async () => {
  const share = `worker:${sampleWorker().id}`;
  const lines = [
    aLine("3", "b", 10_000, { kind: "ACCRUAL", account: "orders" }),
    aLine("2", "b", -8_000, { kind: "ACCRUAL", account: share }),
    aLine("1", "b", -2_000, { kind: "ACCRUAL", account: "platform" }),
  ];
  fakeApi({ "GET /api/v1/admin/ledger": () => aPage(lines), ...WORKERS });
  show(<LedgerList filters={{}} onChange={nothing} />);
  expect(await screen.findByText("Shares of a completed order")).toBeTruthy();
  expect(screen.getByText("Balanced")).toBeTruthy();
  const worker = await screen.findByRole("link", { name: "Share of Grace Hopper" });
  expect(worker.getAttribute("href")).toBe(`/admin/users/${sampleWorker().id}`);
  // As a debit, and as the sum of either side.
  expect(screen.getAllByText("$100.00")).toHaveLength(3);
});

test("with a filter an entry is partly shown, and not called wrong", async () => {
  fakeApi({ "GET /api/v1/admin/ledger": () => aPage([aLine("1", "a", -500)]), ...WORKERS });
  show(<LedgerList filters={{ account: "orders" }} onChange={nothing} />);
  expect(await screen.findByText("Partly shown")).toBeTruthy();
  expect(screen.queryByText("Does not balance")).toBeNull();
});

test("an entry that does not balance is told of", async () => {
  fakeApi({ "GET /api/v1/admin/ledger": () => aPage([aLine("1", "a", -500)]), ...WORKERS });
  show(<LedgerList filters={{}} onChange={nothing} />);
  expect(await screen.findByText("Does not balance")).toBeTruthy();
});

test("each account has its balance on the side where it is, now or at the end of a day", async () => {
  const usd = (amount: number) => ({ amount, currency: "USD" });
  const sent = fakeApi({
    "GET /api/v1/admin/balances": () => ({
      balances: [
        { account: "provider:MANUAL", balance: usd(-500) },
        { account: "provider:STRIPE", balance: usd(9_500) },
        { account: "workers", balance: usd(-9_000) },
      ],
    }),
    ...WORKERS,
  });
  const { user } = show(<AccountBalances />);
  await screen.findByText("Stripe");
  const table = screen.getByRole("table", { name: "Balances" });
  const cells = (name: string) => {
    const row = within(table).getByText(name).closest("tr") as HTMLElement;
    return within(row)
      .getAllByRole("cell")
      .map((cell) => cell.textContent);
  };
  expect(cells("Stripe")).toEqual(["Stripe", "$95.00", ""]);
  expect(cells("Paid by hand")).toEqual(["Paid by hand", "", "$5.00"]);
  expect(cells("Workers")).toEqual(["Workers", "", "$90.00"]);
  await user.type(screen.getByLabelText(/^At the end of/), "2026-11-30");
  await vi.waitFor(() => expect(sent.at(-1)?.query.get("at")).toBe("2026-11-30"));
});
