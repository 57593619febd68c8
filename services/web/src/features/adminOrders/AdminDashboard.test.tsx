import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import type { Dashboard } from "@/api/schema";
import { fakeApi } from "@/testing/fakeApi";
import { show } from "@/testing/show";
import { AdminDashboard } from "./AdminDashboard";
import { aDashboard, anOrder, aPage } from "./testing";

const DAY = { completed: 0, cancelled: 0, refunded: { amount: 0, currency: "USD" }, averageOrder: null };
const bucket = (date: string, placed: number) => ({
  start: `2026-11-${date}T00:00:00Z`,
  totals: { ...DAY, placed, paid: placed, revenue: { amount: placed * 1_000, currency: "USD" } },
});

function dashboard(part: Partial<Dashboard> = {}) {
  const sent = fakeApi({
    "GET /api/v1/admin/dashboard": () => aDashboard(part),
    "GET /api/v1/admin/orders/analytics": () => ({
      buckets: [bucket("28", 1), bucket("29", 4), bucket("30", 0)],
      totals: bucket("28", 5).totals,
      topProducts: [],
      workers: [],
      ordersByStatus: aDashboard().ordersByStatus,
    }),
    "GET /api/v1/orders": ({ query }) => aPage([], { total: query.get("quote") ? 0 : 10_000, totalIsCapped: true }),
    "GET /api/v1/admin/change-requests": () => aPage([], { total: 3 }),
    "GET /api/v1/admin/refunds": ({ query }) =>
      aPage([], { total: query.get("byHand") === "true" && query.get("state") === "PENDING" ? 4 : 900 }),
    "GET /api/v1/admin/deliveries": ({ query }) => aPage([], { total: query.get("state") === "DEAD" ? 2 : 900 }),
  });
  return { ...show(<AdminDashboard />), sent };
}

test("figures say their direction in words and with a sign", async () => {
  dashboard();
  expect(await screen.findByText("$600.00")).toBeTruthy();
  expect(screen.getByText(/^[-−]25% less than in the 30 days before$/)).toBeTruthy();
  expect(screen.getAllByText("+50% more than in the 30 days before")).toHaveLength(2);
  expect(screen.getByText("None in the 30 days before either")).toBeTruthy();
});

test("what waits is counted, and leads to the filtered list", async () => {
  const { sent } = dashboard();
  const requests = await screen.findByRole("link", { name: "Open requests" });
  await waitFor(() => expect(requests.closest("li")?.textContent).toBe("Open requests3"));
  const mails = screen.getByRole("link", { name: "Mails that could not be sent" });
  await waitFor(() => expect(mails.closest("li")?.textContent).toBe("Mails that could not be sent2"));
  expect(mails.getAttribute("href")).toBe("/admin/mails?state=DEAD");
  const refunds = screen.getByRole("link", { name: "Refunds to make by hand" });
  await waitFor(() => expect(refunds.closest("li")?.textContent).toBe("Refunds to make by hand4"));
  expect(refunds.getAttribute("href")).toBe("/admin/refunds");
  const unassigned = screen.getByRole("link", { name: "Paid orders without a worker" });
  await waitFor(() => expect(unassigned.closest("li")?.textContent).toContain("10,000 or more"));
  expect(decodeURIComponent(unassigned.getAttribute("href") ?? "")).toContain("unassigned=true");
  const counts = sent.filter(({ path }) => path === "/api/v1/orders");
  expect(counts.every(({ query }) => query.get("limit") === "1" && query.get("total") === "true")).toBe(true);
  expect(counts.find(({ query }) => query.get("unassigned"))?.query.getAll("kind")).toEqual(["SERVICE", "MIXED"]);
});

test("low stock names the products", async () => {
  const product = { id: "p1", name: "Mug", available: 2 } as Dashboard["lowStock"][number];
  dashboard({ lowStock: [product] });
  expect((await screen.findByRole("link", { name: "Mug" })).getAttribute("href")).toBe("/admin/products/p1");
  expect(screen.getByText(/2 left/)).toBeTruthy();
});

test("says that the figures lag, and nothing if they do not", async () => {
  const { unmount } = dashboard({ pendingEvents: 7 });
  expect(await screen.findByText(/do not include 7 changes yet/)).toBeTruthy();
  unmount();
  dashboard({ recentOrders: [anOrder()] });
  expect(await screen.findByRole("link", { name: anOrder().orderNumber })).toBeTruthy();
  expect(screen.queryByText(/do not include/)).toBeNull();
});

test("the lines have a text that says the same", async () => {
  dashboard();
  const chart = await screen.findByRole("img", { name: /^Orders placed by day/ });
  expect(chart.getAttribute("aria-label")).toBe(
    "Orders placed by day from Nov 28 to Nov 30: 5 in total, most on Nov 29 with 4, least 0 a day.",
  );
});
