import { expect, test } from "vitest";
import type { Category } from "@/api/schema";
import { sampleWorker } from "@/testing/samples";
import { categoryChoices } from "@/ui/categoryTree";
import { categoryNames, load, ownLimit, workerDraft, workerPatch } from "./workers";

const worker = sampleWorker({ categoryIds: ["a", "b"] });

test.each([null, 0, 7])("a limit of %s that is not touched is not sent", (maxOpenOrders) => {
  const entry = { ...worker, maxOpenOrders };
  expect(workerPatch(entry, workerDraft(entry))).toBeNull();
});

test("only what changed is sent, with the version that was read", () => {
  const draft = workerDraft(worker);
  expect(workerPatch(worker, { ...draft, limit: "own", own: " 3 " })).toEqual({ maxOpenOrders: 3, version: 4 });
  expect(workerPatch(worker, { ...draft, limit: "none" })).toEqual({ maxOpenOrders: 0, version: 4 });
  expect(workerPatch(worker, { ...draft, categoryIds: [] })).toEqual({ categoryIds: [], version: 4 });
  const limited = { ...worker, maxOpenOrders: 3 };
  expect(workerPatch(limited, { ...workerDraft(limited), limit: "shop" })).toEqual({ maxOpenOrders: null, version: 4 });
});

test("another order of categories is no change", () => {
  expect(workerPatch(worker, { ...workerDraft(worker), categoryIds: ["b", "a"] })).toBeNull();
});

test.each([
  ["1", 1],
  ["10000", 10_000],
  ["10001", null],
  ["0", null],
  ["", null],
  ["2.5", null],
  ["-1", null],
])("the limit %s is %s", (typed, limit) => {
  expect(ownLimit(typed)).toBe(limit);
});

test("categories have their path, inactive ones say so, and unknown ones keep their id", () => {
  const category = (id: string, name: string, parentId: string | null, active = true) =>
    ({ id, name, parentId, active }) as Category;
  const choices = categoryChoices(
    [category("a", "Kitchen", null), category("b", "Pots", "a"), category("c", "Art", null, false)],
    "inactive",
  );
  expect(choices.map(({ label }) => label)).toEqual(["Art (inactive)", "Kitchen", "Kitchen › Pots"]);
  expect(categoryNames(["b", "gone"], choices)).toEqual(["Kitchen › Pots", "gone"]);
});

test("the load is a share of the limit, and never more than all of it", () => {
  expect(load(worker)).toEqual({ percent: 40, full: false });
  expect(load({ ...worker, openOrders: 9 })).toEqual({ percent: 100, full: true });
  expect(load({ ...worker, limit: 0 })).toBeNull();
});
