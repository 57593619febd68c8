import { expect, test } from "vitest";
import type { SystemReport } from "@/api/schema";
import { outages, partsOf, since } from "./health";

const up = { status: "UP" as const, version: "0.1.0", latencyMs: 3 };

function report(minute: number, change: Partial<SystemReport> = {}): SystemReport {
  return {
    status: "OK",
    timestamp: `2026-11-21T09:0${minute}:00Z`,
    uptime: 60,
    environment: "production",
    database: "connected",
    redis: "disabled",
    version: "0.1.0",
    bus: "UP",
    services: { auth: up, order: up },
    ...change,
  };
}

test("what an installation does not have is not down", () => {
  expect(partsOf(report(0))).toEqual({ auth: true, order: true, database: true, bus: true, redis: true });
  expect(outages({}, report(0))).toEqual({});
  expect(since({})).toBeNull();
});

test("an outage begins with the first report of it, and ends with the first without it", () => {
  const down = { services: { auth: up, order: { ...up, status: "DOWN" as const } } };
  const first = outages({}, report(1, down));
  expect(first).toEqual({ order: "2026-11-21T09:01:00Z" });
  const second = outages(first, report(2, { ...down, bus: "DOWN" }));
  expect(second).toEqual({ order: "2026-11-21T09:01:00Z", bus: "2026-11-21T09:02:00Z" });
  expect(since(second)).toBe("2026-11-21T09:01:00Z");
  const third = outages(second, report(3, { bus: "DOWN", database: "disconnected" }));
  expect(third).toEqual({ bus: "2026-11-21T09:02:00Z", database: "2026-11-21T09:03:00Z" });
});
