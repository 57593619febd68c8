import { screen, waitFor } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import type { Invoice } from "@/api/schema";
import { fakeApi, refusal } from "@/testing/fakeApi";
import { sampleOrder, usd } from "@/testing/samples";
import { show } from "@/testing/show";
import { saveFile } from "@/ui/saveFile";
import { Invoices } from "./Invoices";

vi.mock("@/ui/saveFile", () => ({ saveFile: vi.fn() }));
beforeEach(() => vi.mocked(saveFile).mockReset());

const LIST = "GET /api/v1/orders/{id}/invoices";
const PDF = "GET /api/v1/invoices/{id}/pdf";
const order = sampleOrder({ paymentStatus: "PAID" });

const invoice: Invoice = {
  id: "44444444-4444-4444-8444-444444444444",
  orderId: order.id,
  orderNumber: order.orderNumber,
  kind: "INVOICE",
  number: "INV-2026-000001",
  issuedAt: "2026-11-30T12:01:00Z",
  subtotal: usd(45_000),
  total: usd(45_000),
  refersToId: null,
  refersTo: null,
  reason: null,
  seller: { name: "Corner Shop Ltd", shopName: "Corner Shop", address: [], taxId: null, email: null, note: null },
  customer: { name: "Ada Lovelace", email: "ada@example.com", shippingAddress: null },
  lines: [],
  payment: { provider: "STRIPE", at: "2026-11-30T12:01:00Z" },
};
const note: Invoice = {
  ...invoice,
  id: "55555555-5555-4555-8555-555555555555",
  kind: "CREDIT_NOTE",
  number: "CN-2026-000001",
  total: usd(5_000),
  refersToId: invoice.id,
  refersTo: invoice.number,
  payment: null,
};

test("lists invoices and credit notes, and saves the file of one", async () => {
  const sent = fakeApi({
    [LIST]: () => ({ items: [invoice, note], nextCursor: null }),
    [PDF]: () => new Response("%PDF-1.7", { headers: { "content-type": "application/pdf" } }),
  });
  const { user } = show(<Invoices order={order} />);
  expect(await screen.findByText("INV-2026-000001")).toBeTruthy();
  expect(screen.getByText("$450.00")).toBeTruthy();
  expect(screen.getByText(/Credit note · .* · for INV-2026-000001/)).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Download CN-2026-000001 as PDF" }));
  await waitFor(() => expect(saveFile).toHaveBeenCalled());
  const [file, name] = vi.mocked(saveFile).mock.calls[0] ?? [];
  expect(name).toBe("CN-2026-000001.pdf");
  expect(await file?.text()).toBe("%PDF-1.7");
  expect(sent.at(-1)?.path).toBe(`/api/v1/invoices/${note.id}/pdf`);
});

test("a refused download stands at its document", async () => {
  fakeApi({
    [LIST]: () => ({ items: [invoice], nextCursor: null }),
    [PDF]: () => refusal(503, "UNAVAILABLE", "try again later"),
  });
  const { user } = show(<Invoices order={order} />);
  await user.click(await screen.findByRole("button", { name: "Download INV-2026-000001 as PDF" }));
  expect((await screen.findByRole("alert")).textContent).toContain("Try again later.");
  expect(saveFile).not.toHaveBeenCalled();
});

test("an order without documents shows nothing", async () => {
  const sent = fakeApi({ [LIST]: () => ({ items: [], nextCursor: null }) });
  show(
    <>
      <p>The page</p>
      <Invoices order={order} />
    </>,
  );
  expect(await screen.findByText("The page")).toBeTruthy();
  await waitFor(() => expect(sent).toHaveLength(1));
  await waitFor(() => expect(screen.queryByText("Invoices")).toBeNull());
});
