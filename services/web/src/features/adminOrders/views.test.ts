import { expect, test } from "vitest";
import { GIVEN, keptViews, named, parseViews, renamedView, restoredView, savedView, withoutView } from "./views";

const mine = savedView([], " Mine ", { status: ["ON_HOLD"], columns: ["total"], cursor: "page2" }, "1");
const both = savedView(mine, "Late", { q: "late" }, "2");

test("a view keeps filters and columns, but not the page", () => {
  expect(mine).toEqual([{ id: "1", name: "Mine", search: { status: ["ON_HOLD"], columns: ["total"] } }]);
});

test("a name that is there already gets the new list, and keeps its id and place", () => {
  const again = savedView(both, "mine", { q: "new" }, "3");
  expect(again.map(({ id, name }) => [id, name])).toEqual([
    ["1", "Mine"],
    ["2", "Late"],
  ]);
  expect(again[0]?.search).toEqual({ q: "new" });
});

test("a view is renamed, the others stay", () => {
  expect(renamedView(both, "1", " On hold ").map(({ name }) => name)).toEqual(["On hold", "Late"]);
  expect(named(both, "LATE")?.id).toBe("2");
});

test("deleting and undoing gives the same views in the same order", () => {
  const { views, deleted } = withoutView(both, "1");
  expect(views.map(({ id }) => id)).toEqual(["2"]);
  expect(deleted && restoredView(views, deleted)).toEqual(both);
  expect(withoutView(both, "9")).toEqual({ views: both, deleted: null });
});

test("what the browser has kept is read again", () => {
  keptViews.set(both);
  expect(parseViews(localStorage.getItem("waybill.orders.views"))).toEqual(both);
  expect(keptViews.get()).toBe(keptViews.get());
});

test.each([null, "", "nonsense", "{}", "3", '"x"', "[null, 3, {}]", '[{"id":"1","name":" ","search":{}}]'])(
  "broken storage %j has no views",
  (text) => {
    expect(parseViews(text)).toEqual([]);
  },
);

test("of broken views the sound part is kept", () => {
  const broken = { id: "1", name: "Mine", search: { status: ["NOPE"], q: "a", minTotal: "x" } };
  expect(parseViews(JSON.stringify([broken, { id: 2 }]))).toEqual([{ id: "1", name: "Mine", search: { q: "a" } }]);
});

test("the browser's storage may be cleared or refuse", () => {
  keptViews.set(both);
  localStorage.clear();
  expect(keptViews.get()).toEqual([]);
});

test("what waits for a worker is paid, has work and nobody does it", () => {
  expect(GIVEN.unassigned).toMatchObject({ paymentStatus: ["PAID"], unassigned: true });
  expect(GIVEN.unassigned.kind).not.toContain("GOODS");
});
