import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { typingSignal } from "./typing";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("is sent at most every three seconds while typing", () => {
  const send = vi.fn();
  const { typed } = typingSignal(send);
  for (let key = 0; key < 9; key += 1) {
    typed("hello");
    vi.advanceTimersByTime(1_000);
  }
  // At 0, 3 and 6 seconds.
  expect(send.mock.calls).toEqual([[true], [true], [true]]);
});

test("ends after a while without a key, once", () => {
  const send = vi.fn();
  const { typed, stopped } = typingSignal(send);
  typed("hello");
  vi.advanceTimersByTime(4_999);
  expect(send.mock.calls).toEqual([[true]]);
  vi.advanceTimersByTime(1);
  expect(send.mock.calls).toEqual([[true], [false]]);
  vi.advanceTimersByTime(60_000);
  stopped();
  expect(send).toHaveBeenCalledTimes(2);
});

test("ends with the message, or with an empty field, and begins anew", () => {
  const send = vi.fn();
  const { typed, stopped } = typingSignal(send);
  stopped();
  typed("  ");
  expect(send).not.toHaveBeenCalled();
  typed("a");
  stopped();
  typed("b");
  typed("");
  expect(send.mock.calls).toEqual([[true], [false], [true], [false]]);
});
