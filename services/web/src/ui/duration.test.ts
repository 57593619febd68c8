import { expect, test } from "vitest";
import { duration } from "./duration";

test.each([
  [0, "0 seconds"],
  [1, "1 second"],
  [60, "1 minute"],
  [90, "1 minute, 30 seconds"],
  [3_600, "1 hour"],
  // The two largest units only, and none that is zero.
  [86_400 + 59, "1 day"],
  [3 * 86_400 + 4 * 3_600 + 5, "3 days, 4 hours"],
])("%i seconds are %s", (seconds, words) => {
  expect(duration(seconds)).toBe(words);
});
