import { expect, test } from "vitest";
import { compact, type OrderFilters } from "./filters";
import { countMore, fromDraft, moreDraft, moreProblems } from "./moreFilters";

const filters: OrderFilters = {
  kind: ["SERVICE"],
  quote: ["OFFERED"],
  assigneeId: "g",
  from: "2026-11-01",
  to: "2026-11-30",
  minTotal: 1_999,
  maxTotal: 5_000,
};

test("filters that are opened and applied stay the same", () => {
  expect(compact(fromDraft(moreDraft(filters, "USD"), "USD"))).toEqual(filters);
  expect(compact(fromDraft(moreDraft({}, "USD"), "USD"))).toEqual({});
});

test("amounts are typed as decimals of the currency", () => {
  expect(moreDraft(filters, "USD").minTotal).toBe("19.99");
  expect(moreDraft(filters, "JPY").minTotal).toBe("1999");
  expect(fromDraft({ ...moreDraft({}, "USD"), minTotal: "12,5", maxTotal: "0" }, "USD")).toMatchObject({
    minTotal: 1_250,
    maxTotal: 0,
  });
});

test("orders without a worker have none to filter by", () => {
  const draft = { ...moreDraft(filters, "USD"), unassigned: true };
  expect(compact(fromDraft(draft, "USD"))).toMatchObject({ unassigned: true });
  expect(fromDraft(draft, "USD").assigneeId).toBeUndefined();
});

test("what is no amount, or ends before it begins, is complained about", () => {
  const draft = moreDraft({}, "USD");
  expect(moreProblems(draft, "USD")).toEqual({});
  expect(moreProblems({ ...draft, minTotal: "much", maxTotal: "-1" }, "USD")).toEqual({
    minTotal: "notAmount",
    maxTotal: "notAmount",
  });
  expect(moreProblems({ ...draft, minTotal: "5", maxTotal: "4.99" }, "USD")).toEqual({ maxTotal: "order" });
  expect(moreProblems({ ...draft, from: "2026-11-02", to: "2026-11-01" }, "USD")).toEqual({ to: "order" });
});

test("a range counts as one filter", () => {
  expect(countMore(filters)).toBe(5);
  expect(countMore({ status: ["PENDING"], minTotal: 0 })).toBe(1);
});
