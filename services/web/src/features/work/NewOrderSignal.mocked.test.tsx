import { act, screen, waitFor } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { sampleOrder } from "@/testing/samples";
import { show } from "@/testing/show";
import { missedSince } from "./missed";
import { NewOrderSignal } from "./NewOrderSignal";
import { playOnce } from "./soundSwitch";

const events = vi.hoisted(() => new Map<string, (payload: unknown) => void>());
vi.mock("@/live/useLive", () => ({
  useLive: (event: string, handler: (payload: unknown) => void) => void events.set(event, handler),
  useCatchUp: (handler: (payload: unknown) => void) => void events.set("outage", handler),
}));
vi.mock("./soundSwitch", () => ({ playOnce: vi.fn(), keepSoundReady: () => () => undefined }));
vi.mock("./missed", () => ({ missedSince: vi.fn() }));

const tell = (event: string, payload: unknown) => act(async () => events.get(event)?.(payload));
beforeEach(() => {
  vi.mocked(playOnce).mockReset();
});

test("tells of each new order once, by sound and by text", async () => {
  show(<NewOrderSignal />);
  await screen.findByRole("status");
  await tell("order:available", sampleOrder({ id: "a" }));
  await tell("order:available", sampleOrder({ id: "a" }));
  expect(playOnce).toHaveBeenCalledTimes(1);
  expect(screen.getByRole("status").textContent).toContain("W261130-7K3M9QX");
  await tell("order:available", sampleOrder({ id: "b" }));
  expect(playOnce).toHaveBeenCalledTimes(2);
});

test("an order that comes back to the pool is told of again", async () => {
  show(<NewOrderSignal />);
  await screen.findByRole("status");
  await tell("order:available", sampleOrder({ id: "a", version: 2 }));
  await tell("order:available", sampleOrder({ id: "a", version: 4 }));
  expect(playOnce).toHaveBeenCalledTimes(2);
});

test("tells of the orders that came during an outage, and not of older ones", async () => {
  const pool = [
    sampleOrder({ id: "old", updatedAt: "2026-11-30T09:00:00Z" }),
    sampleOrder({ id: "known", updatedAt: "2026-11-30T10:05:00Z" }),
    sampleOrder({ id: "new", updatedAt: "2026-11-30T10:06:00Z" }),
  ];
  vi.mocked(missedSince).mockResolvedValue({
    ok: true,
    pool,
    moreInPool: false,
    notifications: [],
    moreNotifications: false,
    unread: 0,
  });
  show(<NewOrderSignal />);
  await screen.findByRole("status");
  await tell("order:available", sampleOrder({ id: "known" }));
  await tell("outage", new Date("2026-11-30T10:00:00Z"));
  await waitFor(() => expect(playOnce).toHaveBeenCalledTimes(2));
  expect(vi.mocked(playOnce).mock.calls.map(([key]) => key)).toEqual(["known:1", "new:1"]);
});
