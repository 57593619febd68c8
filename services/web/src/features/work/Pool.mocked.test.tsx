import { act, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import type { Order } from "@/api/schema";
import { session } from "@/api/session";
import { fakeApi, refusal, type Sent } from "@/testing/fakeApi";
import { sampleOrder } from "@/testing/samples";
import { show } from "@/testing/show";
import { missedSince } from "./missed";
import { Pool } from "./Pool";

const events = vi.hoisted(() => new Map<string, Set<(payload: unknown) => void>>());
vi.mock("@/live/useLive", async () => {
  const { useEffect, useEffectEvent } = await import("react");
  const useEvent = (event: string, handler: (payload: unknown) => void) => {
    const latest = useEffectEvent(handler);
    useEffect(() => {
      const handlers = events.get(event) ?? new Set();
      const call = (payload: unknown) => latest(payload);
      events.set(event, handlers.add(call));
      return () => void handlers.delete(call);
    }, [event]);
  };
  return { useLive: useEvent, useCatchUp: (handler: (payload: unknown) => void) => useEvent("outage", handler) };
});
vi.mock("./missed", () => ({ missedSince: vi.fn() }));

const tell = (event: string, payload: unknown) =>
  act(async () => {
    for (const handler of events.get(event) ?? []) handler(payload);
  });

const AVAILABLE = "GET /api/v1/orders/available";
const WORKLOAD = "GET /api/v1/orders/workload";
const waiting = (id: string, title: string, changes: Partial<Order> = {}) =>
  sampleOrder({ id, title, orderNumber: `W-${id}`, paymentStatus: "PAID", ...changes });
const logo = waiting("a", "Logo");
const fence = waiting("b", "Fence");
const will = { id: "0190-will", name: "Will" };
const routes = {
  [AVAILABLE]: () => ({ items: [logo, fence], nextCursor: null }),
  [WORKLOAD]: () => ({ id: will.id, name: "Will", categoryIds: [], limit: 5, openOrders: 1 }),
};
const posts = (sent: Sent[]) => sent.filter(({ method }) => method === "POST");
const names = () => screen.getAllByRole("listitem").map((item) => within(item).getAllByRole("button")[0]?.textContent);

beforeEach(() => {
  const user = { id: will.id, email: "will@shop.test", firstName: "Will", lastName: "", role: "STAFF" as const };
  // Only what the pool needs of an account.
  session.begin({ accessToken: "token", tokenType: "Bearer", expiresIn: 900, user } as never);
});

test("claims an order with the version that was read, and leads to it", async () => {
  const sent = fakeApi({ ...routes, "POST /api/v1/orders/{id}/claim": () => ({ ...logo, assignee: will }) });
  const { user } = show(<Pool filters={{}} onChange={() => undefined} />);
  await user.click(await screen.findByRole("button", { name: "Claim Logo" }));
  expect(await screen.findByRole("link", { name: "Open the order" })).toBeTruthy();
  expect(posts(sent)[0]?.path).toBe("/api/v1/orders/a/claim");
  expect(posts(sent)[0]?.body).toEqual({ version: 1 });
});

test("says who was faster", async () => {
  fakeApi({
    ...routes,
    "POST /api/v1/orders/{id}/claim": () => refusal(409, "ALREADY_CLAIMED", "another worker was faster"),
  });
  const { user } = show(<Pool filters={{}} onChange={() => undefined} />);
  await user.click(await screen.findByRole("button", { name: "Claim Logo" }));
  expect(await screen.findByText("Somebody else was faster")).toBeTruthy();
  await tell("order:claimed", { orderId: "a", orderNumber: "W-a", assignee: { id: "0190-wanda", name: "Wanda" } });
  expect(screen.getByText("Claimed by Wanda")).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Claim Logo" })).toBeNull();
});

test("a full plate is told in the row, which stays", async () => {
  fakeApi({
    ...routes,
    "POST /api/v1/orders/{id}/claim": () => refusal(409, "TOO_MANY_ORDERS", "5 of at most 5 orders are open"),
  });
  const { user } = show(<Pool filters={{}} onChange={() => undefined} />);
  await user.click(await screen.findByRole("button", { name: "Claim Logo" }));
  expect((await screen.findByRole("alert")).textContent).toContain("5 of at most 5 orders are open.");
  expect(screen.getByRole("button", { name: "Claim Logo" })).toBeTruthy();
});

test("claims many at once, and says what became of each", async () => {
  const sent = fakeApi({
    ...routes,
    "POST /api/v1/orders/claim": () => ({
      results: [
        { orderId: "a", order: { ...logo, assignee: will }, error: null },
        { orderId: "b", order: null, error: { code: "NOT_QUALIFIED", message: "no" } },
      ],
    }),
  });
  const { user } = show(<Pool filters={{}} onChange={() => undefined} />);
  await user.click(await screen.findByLabelText("Select Logo"));
  await user.click(screen.getByLabelText("Select Fence"));
  await user.click(screen.getByRole("button", { name: "Claim 2 orders" }));
  expect(await screen.findByText("1 order is yours")).toBeTruthy();
  expect(screen.getByText(/It needs a category/)).toBeTruthy();
  expect(posts(sent)[0]?.body).toEqual({ orderIds: ["a", "b"] });
  expect(screen.getByRole<HTMLInputElement>("checkbox", { name: "Select Fence" }).checked).toBe(false);
});

test("a new order waits until it is asked for", async () => {
  fakeApi(routes);
  const { user } = show(<Pool filters={{}} onChange={() => undefined} />);
  await screen.findByRole("button", { name: "Claim Logo" });
  await tell("order:available", waiting("c", "Poster"));
  expect(names()).toEqual(["Logo", "Fence"]);
  await user.click(await screen.findByRole("button", { name: "1 new" }));
  expect(names()).toEqual(["Poster", "Logo", "Fence"]);
});

test("a selected order that somebody else claims says so, and is not claimed", async () => {
  fakeApi(routes);
  const { user } = show(<Pool filters={{}} onChange={() => undefined} />);
  await user.click(await screen.findByLabelText("Select Logo"));
  await user.click(screen.getByLabelText("Select Fence"));
  await tell("order:claimed", { orderId: "a", orderNumber: "W-a", assignee: { id: "0190-wanda", name: "Wanda" } });
  expect(screen.getByText("It was in your selection.")).toBeTruthy();
  expect(screen.getByRole("button", { name: "Claim 1 order" })).toBeTruthy();
});

test("after an outage the pool is replaced", async () => {
  fakeApi(routes);
  vi.mocked(missedSince).mockResolvedValue({
    ok: true,
    pool: [fence, waiting("d", "Door")],
    moreInPool: false,
    notifications: [],
    moreNotifications: false,
    unread: 0,
  });
  show(<Pool filters={{}} onChange={() => undefined} />);
  await screen.findByRole("button", { name: "Claim Logo" });
  await tell("outage", new Date());
  await waitFor(() => expect(names()).toEqual(["Fence", "Door"]));
});
