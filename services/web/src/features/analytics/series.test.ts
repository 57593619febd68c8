import { expect, test } from "vitest";
import { before, type Period } from "./period";
import { alignedBefore, growth, series } from "./series";

const at = (day: string, value: number) => ({ start: `${day}T00:00:00Z`, value });
const november: Period = { from: "2026-11-01", to: "2026-11-05", bucket: "DAY" };

test("days without figures are 0, and figures outside are left out", () => {
  const points = [at("2026-11-02", 5), at("2026-11-05", 7), at("2026-11-09", 100)];
  expect(series(points, november)).toEqual([0, 5, 0, 0, 7]);
  expect(series([], november)).toEqual([0, 0, 0, 0, 0]);
});

test("figures with a time or another fraction count for their UTC day", () => {
  expect(series([{ start: "2026-11-02T00:00:00.000000Z", value: 3 }], november)).toEqual([0, 3, 0, 0, 0]);
});

test("the period before is put below the same places", () => {
  const earlier = before(november);
  expect(earlier.from).toBe("2026-10-27");
  expect(alignedBefore([at("2026-10-27", 1), at("2026-10-31", 2)], earlier, november)).toEqual([1, 0, 0, 0, 2]);
});

test("weeks and months are compared with as many days, wherever they are cut", () => {
  // Wednesday to Tuesday: two weeks, of 5 and of 2 days.
  const period: Period = { from: "2026-11-18", to: "2026-11-24", bucket: "WEEK" };
  const days = Array.from({ length: 7 }, (_, index) => at(`2026-11-${11 + index}`, 1));
  expect(alignedBefore(days, before(period), period)).toEqual([5, 2]);
});

test("a summer time change does not move figures", () => {
  // Clocks in Europe change on 2026-03-29, in America on 2026-03-08.
  const period: Period = { from: "2026-03-20", to: "2026-04-08", bucket: "DAY" };
  const earlier = before(period);
  const time = (index: number) => new Date(Date.UTC(2026, 1, 28 + index)).toISOString();
  const days = Array.from({ length: 20 }, (_, index) => ({ start: time(index), value: index + 1 }));
  expect(earlier).toMatchObject({ from: "2026-02-28", to: "2026-03-19" });
  expect(alignedBefore(days, earlier, period)).toEqual(days.map(({ value }) => value));
});

test("nothing is lost when large buckets are moved", () => {
  const period: Period = { from: "2022-01-10", to: "2026-11-21", bucket: "MONTH" };
  const earlier = before(period);
  // The first bucket of the answer begins before the span.
  const months = [at(`${earlier.from.slice(0, 7)}-01`, 4), at("2020-05-01", 6), at("2022-01-01", 8)];
  const sum = alignedBefore(months, earlier, period).reduce((all, one) => all + one, 0);
  expect(sum).toBe(18);
});

test("growth is a share of what was before", () => {
  expect(growth(150, 100)).toBe(0.5);
  expect(growth(50, 100)).toBe(-0.5);
  // Refunds may make revenue negative: more is still more.
  expect(growth(50, -100)).toBe(1.5);
  expect(growth(5, 0)).toBeNull();
});
