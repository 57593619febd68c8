import { afterEach, expect, test, vi } from "vitest";
import { auditFilters, auditQuery, isFiltered, narrowed } from "./filters";

const all = {
  actorId: "01890a5d-ac96-774b-bcce-b302099a8057",
  action: "user.",
  targetKind: "change_request",
  targetId: "W2611-7K3M9QX:a.b",
  from: "2026-11-01",
  to: "2026-11-30",
  cursor: "abc_-",
};

test("what is understood comes back as it was", () => {
  expect(auditFilters(all)).toEqual(all);
  expect(auditFilters(auditFilters(all))).toEqual(all);
});

test.each([
  ["actorId", "me"],
  ["action", "user.%"],
  ["targetKind", "a b"],
  ["targetId", "../x"],
  ["from", "2026-02-31"],
  ["to", "yesterday"],
  ["cursor", "a/b"],
] as const)("a broken %s is left out, and the rest stays", (name, value) => {
  const read = auditFilters({ ...all, [name]: value });
  expect(read).toEqual({ ...all, [name]: undefined });
});

test("an id of digits is a text", () => {
  expect(auditFilters({ targetId: 42 }).targetId).toBe("42");
});

test.each(["Europe/Berlin", "America/Los_Angeles", "UTC"])("days are those of the calendar in %s", (zone) => {
  vi.stubEnv("TZ", zone);
  // Clocks in Europe change on this day.
  const { from, to } = auditQuery({ from: "2026-03-29", to: "2026-03-29" });
  expect(from).toBe(new Date(2026, 2, 29).toISOString());
  expect(to).toBe(new Date(2026, 2, 30).toISOString());
  expect(auditQuery({ action: "user." })).toEqual({ action: "user." });
});

afterEach(() => {
  vi.unstubAllEnvs();
});

test("a page of the whole log is not filtered", () => {
  expect(isFiltered({ cursor: "abc" })).toBe(false);
  expect(isFiltered({ action: "user." })).toBe(true);
});

test("a filter begins at the start of the list, and days stay in order", () => {
  expect(narrowed(all, { action: "order." })).toEqual({ ...all, action: "order.", cursor: undefined });
  expect(narrowed(all, { from: "2026-12-05" })).toMatchObject({ from: "2026-12-05", to: undefined });
  expect(narrowed(all, { to: "2026-10-05" })).toMatchObject({ from: undefined, to: "2026-10-05" });
});
