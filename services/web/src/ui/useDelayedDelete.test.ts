import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useDelayedDelete } from "./useDelayedDelete";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const wait = (milliseconds: number) => act(() => vi.advanceTimersByTimeAsync(milliseconds));

test("deletes after a moment, and not what was undone", async () => {
  const commit = vi.fn(() => Promise.resolve());
  const { result } = renderHook(() => useDelayedDelete(commit));
  act(() => result.current.remove("one"));
  act(() => result.current.remove("two"));
  expect(result.current.of("one")).toEqual({ kind: "waiting" });
  act(() => result.current.undo("two"));
  expect(result.current.of("two")).toBeUndefined();
  expect(commit).not.toHaveBeenCalled();
  await wait(10_000);
  expect(commit.mock.calls).toEqual([["one"]]);
  expect(result.current.of("one")).toBeUndefined();
});

test("says what could not be deleted", async () => {
  const error = new TypeError("network");
  const { result } = renderHook(() => useDelayedDelete(() => Promise.reject(error)));
  act(() => result.current.remove("one"));
  await wait(10_000);
  expect(result.current.of("one")).toEqual({ kind: "failed", error });
});

test("leaving the page is no undo", () => {
  const commit = vi.fn(() => Promise.resolve());
  const { result, unmount } = renderHook(() => useDelayedDelete(commit));
  act(() => result.current.remove("one"));
  unmount();
  expect(commit.mock.calls).toEqual([["one"]]);
});
