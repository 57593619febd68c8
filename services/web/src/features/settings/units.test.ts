import { describe, expect, test } from "vitest";
import { basisPoints, fromQuantity, percentText, SIZE_UNITS, TIME_UNITS, toQuantity, wholeNumber } from "./units";

describe("times", () => {
  test.each([0, 1, 59, 60, 90, 1_800, 3_600, 5_400, 86_400, 90_000, 2_592_000, 7_776_000, 31_536_000])(
    "%i seconds come back as they were",
    (seconds) => {
      expect(fromQuantity(toQuantity(seconds, TIME_UNITS, "minutes"), TIME_UNITS)).toBe(seconds);
    },
  );

  test.each([
    [1_800, "30", "minutes"],
    [5_400, "90", "minutes"],
    [7_200, "2", "hours"],
    [2_592_000, "30", "days"],
    [61, "61", "seconds"],
    [0, "0", "minutes"],
  ] as const)("%i is shown as %s %s", (seconds, amount, unit) => {
    expect(toQuantity(seconds, TIME_UNITS, "minutes")).toEqual({ amount, unit });
  });

  test.each([
    ["1.5", "hours", 5_400],
    ["1,5", "hours", 5_400],
    ["0.1", "days", 8_640],
    [" 2 ", "days", 172_800],
    // A third of a minute is a whole number of seconds only if it is typed as such.
    ["0.3333", "minutes", null],
    ["", "hours", null],
    ["-1", "hours", null],
    ["1e3", "hours", null],
    ["an hour", "hours", null],
  ] as const)("%j %s is %s seconds", (amount, unit, seconds) => {
    expect(fromQuantity({ amount, unit }, TIME_UNITS)).toBe(seconds);
  });

  test("a unit of another kind is none", () => {
    expect(fromQuantity({ amount: "1", unit: "bytes" }, TIME_UNITS)).toBeNull();
  });
});

test.each([1_024, 1_500, 5_242_880, 104_857_600])("%i bytes come back as they were", (size) => {
  expect(fromQuantity(toQuantity(size, SIZE_UNITS, "mebibytes"), SIZE_UNITS)).toBe(size);
});

describe("percent", () => {
  test.each([0, 1, 10, 99, 100, 1_500, 1_550, 1_555, 10_000])("%i basis points come back as they were", (points) => {
    expect(basisPoints(percentText(points))).toBe(points);
  });

  test.each([
    ["15", 1_500],
    ["15.5", 1_550],
    ["15,05", 1_505],
    ["15 %", 1_500],
    ["0.001", null],
    ["", null],
    ["-5", null],
    ["many", null],
  ])("%j is %s", (typed, points) => {
    expect(basisPoints(typed)).toBe(points);
  });
});

test("whole numbers have no sign and no fraction", () => {
  expect([wholeNumber(" 12 "), wholeNumber("1.5"), wholeNumber("-1"), wholeNumber("")]).toEqual([12, null, null, null]);
});
