import { expect, test } from "vitest";
import type { Order } from "@/api/schema";
import { sampleOrder } from "@/testing/samples";
import {
  claimable,
  lostSelection,
  type PoolEvent,
  type PoolState,
  poolReducer,
  QUIET,
  rowsOf,
  waitingOf,
} from "./pool";

const order = (id: string, changes: Partial<Order> = {}) => sampleOrder({ id, paymentStatus: "PAID", ...changes });
const after = (...events: PoolEvent[]) => events.reduce<PoolState>(poolReducer, QUIET);
const available = (id: string, changes: Partial<Order> = {}): PoolEvent => ({
  kind: "available",
  order: order(id, changes),
});
const claimed = (id: string, by: string | null = "Wanda"): PoolEvent => ({
  kind: "gone",
  id,
  gone: { why: "claimed", by },
});
const mine = (id: string): PoolEvent => ({ kind: "gone", id, gone: { why: "mine", by: null } });
const ids = (rows: { order: Order }[]) => rows.map((row) => row.order.id);
const loaded = [order("a"), order("b")];

test("a new order waits until it is asked for, and then stands on top", () => {
  const arrived = after(available("c"));
  expect(ids(rowsOf(loaded, arrived))).toEqual(["a", "b"]);
  expect(waitingOf(loaded, arrived).map(({ id }) => id)).toEqual(["c"]);
  const shown = poolReducer(arrived, { kind: "show" });
  expect(ids(rowsOf(loaded, shown))).toEqual(["c", "a", "b"]);
  expect(rowsOf(loaded, shown)[0]?.isNew).toBe(true);
  expect(waitingOf(loaded, shown)).toEqual([]);
});

test("an order that comes twice is there once, in its newest state", () => {
  const twice = after(available("c", { version: 1 }), available("c", { version: 2 }));
  expect(waitingOf(loaded, twice).map(({ version }) => version)).toEqual([2]);
  const shown = [{ kind: "show" } as const, available("c", { version: 3 })].reduce<PoolState>(poolReducer, twice);
  expect(ids(rowsOf(loaded, shown))).toEqual(["c", "a", "b"]);
  expect(rowsOf(loaded, shown)[0]?.order.version).toBe(3);
  expect(waitingOf(loaded, shown)).toEqual([]);
});

test("a new order that a loading has brought does not count as new", () => {
  const arrived = after(available("c", { version: 2 }));
  expect(waitingOf([...loaded, order("c")], arrived)).toEqual([]);
  expect(rowsOf([...loaded, order("c")], arrived)[2]?.order.version).toBe(2);
});

test("a claimed order says by whom, stays for a moment, and then is away", () => {
  const told = after(claimed("a"));
  expect(rowsOf(loaded, told)[0]?.gone).toEqual({ why: "claimed", by: "Wanda" });
  const faded = poolReducer(told, { kind: "faded", id: "a" });
  expect(ids(rowsOf(loaded, faded))).toEqual(["b"]);
});

test("an order that leaves the pool before it was shown is never shown", () => {
  const gone = after(available("c"), { kind: "gone", id: "c", gone: { why: "unavailable", by: null } });
  expect(waitingOf(loaded, gone)).toEqual([]);
  expect(ids(rowsOf(loaded, poolReducer(gone, { kind: "show" })))).toEqual(["a", "b"]);
});

test("an order that comes back can be claimed again", () => {
  const back = after(claimed("a"), { kind: "faded", id: "a" }, available("a", { version: 4 }));
  const [first] = rowsOf(loaded, back);
  expect(first).toMatchObject({ gone: null, order: { id: "a", version: 4 } });
});

test("one's own claim and the name of the winner are kept, whatever comes first", () => {
  expect(rowsOf(loaded, after(mine("a"), claimed("a", "Will")))[0]?.gone?.why).toBe("mine");
  expect(rowsOf(loaded, after(claimed("a"), claimed("a", null)))[0]?.gone?.by).toBe("Wanda");
  expect(rowsOf(loaded, after(claimed("a", null), claimed("a")))[0]?.gone?.by).toBe("Wanda");
});

test("after an outage only what was loaded counts, and the selection is kept", () => {
  const before = after(
    { kind: "listed", list: "all" },
    available("c"),
    claimed("a"),
    { kind: "faded", id: "a" },
    { kind: "select", ids: new Set(["b", "x"]) },
  );
  const replaced = poolReducer(before, { kind: "replaced" });
  const rows = rowsOf([order("a"), order("b")], replaced);
  expect(ids(rows)).toEqual(["a", "b"]);
  expect(waitingOf(loaded, replaced)).toEqual([]);
  expect(claimable(rows, replaced.selected).map(({ id }) => id)).toEqual(["b"]);
  expect(lostSelection(rows, replaced.selected)).toBe(1);
});

test("a selected order that somebody else claims is not claimed, but still says so", () => {
  const state = after({ kind: "select", ids: new Set(["a", "b"]) }, claimed("a"));
  const rows = rowsOf(loaded, state);
  expect(claimable(rows, state.selected).map(({ id }) => id)).toEqual(["b"]);
  expect(state.selected.has("a")).toBe(true);
  expect(lostSelection(rows, state.selected)).toBe(0);
  expect(poolReducer(state, { kind: "faded", id: "a" }).selected.has("a")).toBe(false);
});

test("another list begins without new orders and without a selection", () => {
  const before = after({ kind: "listed", list: "all" }, available("c"), { kind: "select", ids: new Set(["a"]) });
  const other = poolReducer(before, { kind: "listed", list: "logos" });
  expect(waitingOf(loaded, other)).toEqual([]);
  expect(other.selected.size).toBe(0);
  expect(poolReducer(before, { kind: "listed", list: "all" })).toBe(before);
});
