import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { before, buckets, length, moved, type Period, periodOf, plusDays, presetOf, startOf, today } from "./period";

const NOW = "2026-11-21";

test("without an address it is the last 30 days, today included", () => {
  const period = periodOf({}, NOW);
  expect(period).toEqual({ from: "2026-10-23", to: NOW, bucket: "DAY" });
  expect(length(period)).toBe(30);
});

test("a period ends today at the latest, and begins at most ten years before", () => {
  expect(periodOf({ from: "2026-11-01", to: "2030-01-01" }, NOW)).toMatchObject({ from: "2026-11-01", to: NOW });
  expect(periodOf({ from: "2027-11-01" }, NOW)).toMatchObject({ from: NOW, to: NOW });
  expect(length(periodOf({ from: "1999-01-01" }, NOW))).toBe(3_660);
});

test("days of a span that the API does not answer by days become larger buckets", () => {
  expect(periodOf({ from: plusDays(NOW, -1_099), bucket: "DAY" }, NOW).bucket).toBe("DAY");
  expect(periodOf({ from: plusDays(NOW, -1_100), bucket: "DAY" }, NOW).bucket).toBe("MONTH");
  expect(periodOf({ from: plusDays(NOW, -364) }, NOW).bucket).toBe("WEEK");
  expect(periodOf({ from: plusDays(NOW, -5), bucket: "MONTH" }, NOW).bucket).toBe("MONTH");
});

test("an end that passes the other one takes it along", () => {
  const period: Period = { from: "2026-11-01", to: "2026-11-10", bucket: "DAY" };
  expect(moved(period, { from: "2026-11-05" })).toEqual({ from: "2026-11-05", to: "2026-11-10" });
  expect(moved(period, { from: "2026-11-12" })).toEqual({ from: "2026-11-12", to: "2026-11-21" });
  expect(moved(period, { to: "2026-10-10" })).toEqual({ from: "2026-10-01", to: "2026-10-10" });
});

test("presets are found again by the days", () => {
  expect(presetOf(periodOf({ from: plusDays(NOW, -6) }, NOW), NOW)).toBe(7);
  expect(presetOf(periodOf({ from: plusDays(NOW, -364) }, NOW), NOW)).toBe(365);
  expect(presetOf(periodOf({ from: "2026-11-01", to: "2026-11-07" }, NOW), NOW)).toBeNull();
  expect(presetOf(periodOf({ from: plusDays(NOW, -8) }, NOW), NOW)).toBeNull();
});

test("the period before has the same days and ends the day before", () => {
  const period = periodOf({ from: "2026-03-01", to: "2026-03-31" }, NOW);
  expect(before(period)).toEqual({ from: "2026-01-29", to: "2026-02-28", bucket: "DAY" });
  expect(before(periodOf({ from: plusDays(NOW, -2_000) }, NOW)).bucket).toBe("MONTH");
});

test("buckets have no gaps, and begin as the server's do", () => {
  // The same span as in the server's test: 2026-11-21 is a Saturday.
  const span = { from: "2026-11-21", to: "2026-12-01" };
  expect(buckets({ ...span, bucket: "DAY" })).toHaveLength(11);
  expect(buckets({ ...span, bucket: "WEEK" })).toEqual(["2026-11-16", "2026-11-23", "2026-11-30"]);
  expect(buckets({ ...span, bucket: "MONTH" })).toEqual(["2026-11-01", "2026-12-01"]);
  expect(buckets({ from: "2028-01-31", to: "2028-03-01", bucket: "MONTH" })).toHaveLength(3);
  expect(startOf("1969-12-31", "WEEK")).toBe("1969-12-29");
});

describe.each(["Europe/Berlin", "America/Los_Angeles", "Pacific/Auckland"])("in %s", (zone) => {
  beforeEach(() => {
    vi.stubEnv("TZ", zone);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test("no change to or from summer time adds or loses a day", () => {
    // Clocks change on some day of these months, in every zone.
    for (const from of ["2026-03-01", "2026-04-01", "2026-09-15", "2026-10-15"]) {
      const period: Period = { from, to: plusDays(from, 44), bucket: "DAY" };
      const days = buckets(period);
      expect(new Set(days).size).toBe(45);
      expect(days.at(0)).toBe(period.from);
      expect(days.at(-1)).toBe(period.to);
      expect(length(before(period))).toBe(45);
    }
  });

  test("today is the server's day", () => {
    expect(today(Date.parse("2026-11-21T00:30:00Z"))).toBe("2026-11-21");
    expect(today(Date.parse("2026-11-21T23:30:00Z"))).toBe("2026-11-21");
  });
});
