import { expect, test } from "vitest";
import { userFilters, userQuery, workerFilters } from "./filters";

test("what is understood comes back as it was", () => {
  const search = { q: "ada", role: "STAFF", cursor: "bXk_Y3Vyc29y-" };
  expect(userFilters(search)).toEqual(search);
  expect(workerFilters({ q: "ada", cursor: "abc" })).toEqual({ q: "ada", cursor: "abc" });
  expect(userFilters(userFilters(search))).toEqual(search);
});

test("a broken address shows everything", () => {
  const broken = { q: " ", role: "BOSS", cursor: "../secret", other: 1 };
  expect(Object.values(userFilters(broken)).filter((value) => value !== undefined)).toEqual([]);
  expect(userFilters({})).toEqual({});
});

test("a number that was typed as a search stays a text", () => {
  expect(userFilters({ q: 123 }).q).toBe("123");
});

test("only the first page is counted, and nothing is sent for what is not chosen", () => {
  expect(userQuery({ q: "", role: "ADMIN" })).toEqual({ role: ["ADMIN"], total: true });
  expect(userQuery({ cursor: "abc" })).toEqual({ cursor: "abc" });
});
