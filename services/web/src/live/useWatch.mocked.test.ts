import { renderHook, waitFor } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { live } from "./live";
import { useWatch } from "./useWatch";

vi.mock("./live", () => ({
  live: {
    status: () => "online",
    subscribe: () => () => undefined,
    on: () => () => undefined,
    ask: vi.fn(),
  },
}));

const ask = vi.mocked(live.ask);
const asked = () => ask.mock.calls.filter(([event]) => event === "order:watch").map(([, payload]) => payload);

beforeEach(() => {
  ask.mockReset();
  ask.mockResolvedValue({ ok: true } as never);
});

test("parts that begin together ask once, for all that they know", async () => {
  const [first, second] = [vi.fn(), vi.fn()];
  renderHook(() => {
    useWatch("order", () => ({ since: 3 }), first);
    useWatch("order", () => ({ sinceMessage: "message" }), second);
  });
  await waitFor(() => expect(first).toHaveBeenCalled());
  expect(second).toHaveBeenCalledTimes(1);
  expect(asked()).toEqual([{ orderId: "order", since: 3, sinceMessage: "message" }]);
});

test("a part that comes later gets an answer too", async () => {
  renderHook(() => useWatch("order", () => ({ since: 3 }), vi.fn()));
  await waitFor(() => expect(asked()).toHaveLength(1));
  const late = vi.fn();
  renderHook(() => useWatch("order", () => ({ sinceMessage: "message" }), late));
  await waitFor(() => expect(late).toHaveBeenCalledTimes(1));
  expect(asked()).toHaveLength(2);
});

test("the order is left by the last part", async () => {
  const first = renderHook(() => useWatch("order", () => ({}), vi.fn()));
  const second = renderHook(() => useWatch("order", () => ({}), vi.fn()));
  const left = () => ask.mock.calls.filter(([event]) => event === "order:unwatch");
  first.unmount();
  expect(left()).toEqual([]);
  second.unmount();
  expect(left()).toHaveLength(1);
});
