import { newer } from "@/api/orders";
import type { Order } from "@/api/schema";

/** Why an order left the pool, and who got it if that is known. */
export type Gone = { why: "mine" | "claimed" | "unavailable"; by: string | null };

export type PoolRow = { order: Order; gone: Gone | null; isNew: boolean };

/**
 * What happened to the pool since it was loaded. The loaded page stays as it is: new orders wait until they are asked for, and orders
 * that are gone say so for a moment, so that nothing moves under the pointer.
 */
export type PoolState = {
  /** New orders that are not shown yet. */
  fresh: Order[];
  /** New orders that were asked for. */
  shown: Order[];
  gone: Readonly<Record<string, Gone>>;
  /** Orders that have said that they are gone. */
  away: ReadonlySet<string>;
  selected: ReadonlySet<string>;
  /** Names the list. */
  list: string;
};

export type PoolEvent =
  | { kind: "available"; order: Order }
  | { kind: "gone"; id: string; gone: Gone }
  | { kind: "faded"; id: string }
  | { kind: "show" }
  | { kind: "replaced" }
  | { kind: "listed"; list: string }
  | { kind: "select"; ids: ReadonlySet<string> };

export const QUIET: PoolState = { fresh: [], shown: [], gone: {}, away: new Set(), selected: new Set(), list: "" };

function without<T extends { id: string }>(rows: readonly T[], id: string): T[] {
  return rows.filter((row) => row.id !== id);
}

function omit<T>(set: ReadonlySet<T>, one: T): ReadonlySet<T> {
  return set.has(one) ? new Set([...set].filter((other) => other !== one)) : set;
}

function forget(gone: PoolState["gone"], id: string): PoolState["gone"] {
  const { [id]: _known, ...rest } = gone;
  return rest;
}

/** What is known first wins: one's own claim, and the name of who was faster. */
function merged(known: Gone | undefined, next: Gone): Gone {
  if (!known) return next;
  if (known.why === "mine" || next.why === "mine") return { why: "mine", by: null };
  return { why: known.by ? known.why : next.why, by: known.by ?? next.by };
}

function arrived(state: PoolState, order: Order): PoolState {
  const isShown = state.shown.some(({ id }) => id === order.id);
  return {
    ...state,
    gone: forget(state.gone, order.id),
    away: omit(state.away, order.id),
    shown: isShown ? state.shown.map((known) => (known.id === order.id ? newer(known, order) : known)) : state.shown,
    fresh: isShown ? state.fresh : [order, ...without(state.fresh, order.id)],
  };
}

/** The next state of the pool. */
export function poolReducer(state: PoolState, event: PoolEvent): PoolState {
  switch (event.kind) {
    case "available":
      return arrived(state, event.order);
    case "gone":
      return {
        ...state,
        fresh: without(state.fresh, event.id),
        gone: { ...state.gone, [event.id]: merged(state.gone[event.id], event.gone) },
      };
    case "faded":
      return {
        ...state,
        shown: without(state.shown, event.id),
        gone: forget(state.gone, event.id),
        away: new Set([...state.away, event.id]),
        selected: omit(state.selected, event.id),
      };
    case "show":
      return { ...state, shown: [...state.fresh, ...state.shown], fresh: [] };
    case "replaced":
      return { ...QUIET, selected: state.selected, list: state.list };
    case "listed":
      if (state.list === event.list) return state;
      return { ...state, fresh: [], shown: [], selected: new Set(), list: event.list };
    case "select":
      return { ...state, selected: event.ids };
  }
}

/** The rows to show: new ones that were asked for, then what was loaded. */
export function rowsOf(loaded: readonly Order[], state: PoolState): PoolRow[] {
  const ids = new Set(loaded.map(({ id }) => id));
  const told = new Map([...state.fresh, ...state.shown].map((order) => [order.id, order]));
  const fresh = state.shown.filter(({ id }) => !ids.has(id));
  const row = (isNew: boolean) => (order: Order) => ({ order, gone: state.gone[order.id] ?? null, isNew });
  const rows = [...fresh.map(row(true)), ...loaded.map((order) => newer(told.get(order.id), order)).map(row(false))];
  return rows.filter(({ order }) => !state.away.has(order.id));
}

/** New orders that are not in the list: another loading may have brought them. */
export function waitingOf(loaded: readonly Order[], state: PoolState): Order[] {
  const ids = new Set(loaded.map(({ id }) => id));
  return state.fresh.filter(({ id }) => !ids.has(id));
}

/** Selected orders that can be claimed. */
export function claimable(rows: readonly PoolRow[], selected: ReadonlySet<string>): Order[] {
  return rows.filter(({ order, gone }) => !gone && selected.has(order.id)).map(({ order }) => order);
}

/** How many selected orders are not in the list any more, as after an outage. */
export function lostSelection(rows: readonly PoolRow[], selected: ReadonlySet<string>): number {
  const ids = new Set(rows.map(({ order }) => order.id));
  return [...selected].filter((id) => !ids.has(id)).length;
}
