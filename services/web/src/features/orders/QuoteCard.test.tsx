import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { orderOptions } from "@/api/orders";
import type { Order } from "@/api/schema";
import { fakeApi, refusal } from "@/testing/fakeApi";
import { sampleOrder, sampleQuote } from "@/testing/samples";
import { show } from "@/testing/show";
import { QuoteCard } from "./QuoteCard";

const ACCEPT = "POST /api/v1/orders/{id}/quote/accept";
const NOW = new Date("2026-12-10T12:00:00Z").getTime();
const ada = { id: "0190-ada", role: "CUSTOMER" } as const;
const order = sampleOrder({ version: 3, quote: sampleQuote({ version: 2 }), total: { amount: 0, currency: "USD" } });
const { queryKey } = orderOptions(order.id);

test("accepts the offer that was read", async () => {
  const accepted: Order = { ...order, version: 4, quote: sampleQuote({ version: 2, state: "ACCEPTED" }) };
  const sent = fakeApi({ [ACCEPT]: () => accepted });
  const { user, client } = show(<QuoteCard order={order} viewer={ada} now={NOW} />);
  expect(await screen.findByText("Logo, three drafts")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Accept for $450.00" }));
  await waitFor(() => expect(client.getQueryData<Order>(queryKey)?.quote?.state).toBe("ACCEPTED"));
  expect(sent[0]?.body).toEqual({ version: 2 });
});

test("another offer is shown, not accepted", async () => {
  const other: Order = { ...order, version: 4, quote: sampleQuote({ version: 3 }) };
  fakeApi({
    [ACCEPT]: () => refusal(409, "VERSION_CONFLICT", "another offer was made"),
    "GET /api/v1/orders/{id}": () => other,
  });
  const { user, client } = show(<QuoteCard order={order} viewer={ada} now={NOW} />);
  await user.click(await screen.findByRole("button", { name: "Accept for $450.00" }));
  expect((await screen.findByRole("alert")).textContent).toContain("Please read it again");
  await waitFor(() => expect(client.getQueryData<Order>(queryKey)?.quote?.version).toBe(3));
});

test("an offer that has ended, and that of somebody else, cannot be accepted", async () => {
  fakeApi({});
  const after = Date.parse("2027-01-01T00:00:00Z");
  const { unmount } = show(<QuoteCard order={order} viewer={ada} now={after} />);
  expect(await screen.findByText("Ended")).toBeTruthy();
  expect(screen.queryByRole("button")).toBeNull();
  unmount();
  show(<QuoteCard order={order} viewer={{ id: "0190-eve", role: "ADMIN" }} now={NOW} />);
  expect(await screen.findByText("Open")).toBeTruthy();
  expect(screen.queryByRole("button")).toBeNull();
});
