import { expect, test } from "vitest";
import { change, extent, type Point, polyline, signedPercent } from "./figures";

const points = (...values: number[]): Point[] => values.map((value, index) => ({ at: `2026-11-0${index + 1}`, value }));

test.each([
  [0, 0, { kind: "nothing" }],
  [7, 7, { kind: "same" }],
  [5, 0, { kind: "first" }],
  [0, 5, { kind: "less", share: -1 }],
  [150, 100, { kind: "more", share: 0.5 }],
  [75, 100, { kind: "less", share: -0.25 }],
  // More was refunded than paid.
  [-50, 100, { kind: "less", share: -1.5 }],
  [-50, -100, { kind: "more", share: 0.5 }],
  [-50, 0, { kind: "first" }],
])("%i after %i is %j", (now, before, expected) => {
  expect(change(now, before)).toEqual(expected);
});

test("a share says its direction by a sign", () => {
  expect(signedPercent(0.5)).toBe("+50%");
  expect(signedPercent(-0.25)).toMatch(/^[-−]25%$/);
  // A small change is not rounded away.
  expect(signedPercent(0.004)).toBe("+0.4%");
});

test("of equal points the first is the highest and the lowest", () => {
  expect(extent(points(2, 5, 5, 0, 0))).toMatchObject({
    total: 12,
    highest: { at: "2026-11-02" },
    lowest: { at: "2026-11-04" },
  });
  expect(extent([])).toBeNull();
});

test("a line goes from the left to the right, zero at the bottom", () => {
  expect(polyline(points(0, 10, 5), 100, 50)).toBe("0,50 50,0 100,25");
  // Without any value it lies at the bottom.
  expect(polyline(points(0, 0), 100, 50)).toBe("0,50 100,50");
  expect(polyline(points(3), 100, 50)).toBe("0,0");
  expect(polyline(points(-10, 10), 100, 50)).toBe("0,50 100,0");
});
