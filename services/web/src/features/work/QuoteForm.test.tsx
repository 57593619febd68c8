import { screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { fakeApi, refusal } from "@/testing/fakeApi";
import { sampleOrder, sampleQuote } from "@/testing/samples";
import { show } from "@/testing/show";
import { QuoteForm } from "./QuoteForm";

const PATH = "PUT /api/v1/orders/{id}/quote";
const order = sampleOrder({
  items: [],
  total: { amount: 0, currency: "USD" },
  quote: sampleQuote({ state: "REQUESTED", version: 0, items: [], total: null, validUntil: null, offeredBy: null }),
});

test("sums the lines up, and sends them", async () => {
  const sent = fakeApi({ [PATH]: () => sampleOrder({ quote: sampleQuote() }) });
  const onDone = vi.fn();
  const { user } = show(<QuoteForm order={order} onDone={onDone} />);
  await user.type(await screen.findByLabelText(/^Price each/), "450");
  await user.click(screen.getByRole("button", { name: "Add a line" }));
  const [, name] = screen.getAllByLabelText(/^What/);
  const [, price] = screen.getAllByLabelText(/^Price each/);
  if (!name || !price) throw new Error("there is no second line");
  await waitFor(() => expect(document.activeElement).toBe(name));
  await user.type(name, "Print");
  await user.type(price, "50.25");
  expect(screen.getByRole("status").textContent).toContain("500.25");
  await user.click(screen.getByRole("button", { name: "Offer this price" }));
  await waitFor(() => expect(onDone).toHaveBeenCalled());
  expect(sent.find(({ method }) => method === "PUT")?.body).toMatchObject({
    items: [
      { name: "Logo for a bakery", kind: "SERVICE", quantity: 1, unitPrice: { amount: 45000, currency: "USD" } },
      { name: "Print", kind: "SERVICE", quantity: 1, unitPrice: { amount: 5025, currency: "USD" } },
    ],
    version: 0,
  });
});

test("sends nothing without a price, and says where it is missing", async () => {
  const sent = fakeApi({});
  const { user } = show(<QuoteForm order={order} onDone={() => undefined} />);
  await user.click(await screen.findByRole("button", { name: "Offer this price" }));
  expect(await screen.findByText(/is not an amount/)).toBeTruthy();
  expect(document.activeElement).toBe(screen.getByLabelText(/^Price each/));
  expect(sent).toEqual([]);
});

test("shows a refusal at its line, and keeps what was typed", async () => {
  fakeApi({
    [PATH]: () =>
      refusal(422, "VALIDATION_ERROR", "the request is not valid", [
        { field: "items[0].unitPrice", message: "must be in EUR" },
      ]),
  });
  const { user } = show(<QuoteForm order={order} onDone={() => undefined} />);
  await user.type(await screen.findByLabelText(/^Price each/), "450");
  await user.click(screen.getByRole("button", { name: "Offer this price" }));
  expect(await screen.findByText("Must be in EUR.")).toBeTruthy();
  expect(screen.getByLabelText<HTMLInputElement>(/^Price each/).value).toBe("450");
});

test("offers one amount instead of lines", async () => {
  const sent = fakeApi({ [PATH]: () => sampleOrder({ quote: sampleQuote() }) });
  const { user } = show(<QuoteForm order={order} onDone={() => undefined} />);
  await user.click(await screen.findByText("One amount"));
  await user.type(screen.getByLabelText(/^Amount/), "99,50");
  await user.click(screen.getByRole("button", { name: "Offer this price" }));
  await waitFor(() => expect(sent.length).toBeGreaterThan(0));
  expect(sent[0]?.body).toMatchObject({ amount: { amount: 9950, currency: "USD" } });
  expect(sent[0]?.body).not.toHaveProperty("items");
});
