import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import type { HistoryItem, OrderEvent } from "@/api/schema";
import { fakeApi } from "@/testing/fakeApi";
import { show } from "@/testing/show";
import { Timeline } from "./Timeline";

function item(version: number, event: OrderEvent, changes: Partial<HistoryItem> = {}): HistoryItem {
  const at = new Date(Date.UTC(2026, 10, 30, 10, version)).toISOString();
  return { version, event, at, actor: null, from: null, to: null, note: null, internalNote: null, ...changes };
}

const ROUTE = "GET /api/v1/orders/{id}/history";

test("shows the newest event first, with who did it and what they said", async () => {
  const actor = { id: "0190-ada", name: "Ada Lovelace", role: "CUSTOMER" as const };
  fakeApi({
    [ROUTE]: () => ({
      items: [item(1, "PLACED", { actor }), item(2, "CANCELLED", { actor, note: "Ordered twice." })],
      nextCursor: null,
    }),
  });
  show(<Timeline orderId="0190-order" />);
  const events = await screen.findAllByRole("listitem");
  expect(events.map((event) => event.textContent?.match(/Order placed|Cancelled/)?.[0])).toEqual([
    "Cancelled",
    "Order placed",
  ]);
  expect(events[0]?.textContent).toContain("Ordered twice.");
  expect(events[0]?.textContent).toContain("Ada Lovelace (Customer)");
});

test("loads all pages, and shows earlier events when asked", async () => {
  const all = Array.from({ length: 12 }, (_, index) => item(index + 1, index === 0 ? "PLACED" : "EDITED"));
  const sent = fakeApi({
    [ROUTE]: ({ query }) =>
      query.get("cursor") === "6"
        ? { items: all.slice(6), nextCursor: null }
        : { items: all.slice(0, 6), nextCursor: "6" },
  });
  const { user } = show(<Timeline orderId="0190-order" />);
  await user.click(await screen.findByRole("button", { name: "Show 4 earlier events" }));
  expect(screen.getAllByRole("listitem")).toHaveLength(12);
  expect(screen.getByText("Order placed")).toBeTruthy();
  expect(sent.map(({ query }) => query.get("cursor"))).toEqual(["0", "6"]);
});
