/** One value that an act changed. `path` is its name, with the names of what it is in: `shippingAddress.city`. */
export type Change =
  | { kind: "changed"; path: string; before: unknown; after: unknown }
  | { kind: "added"; path: string; after: unknown }
  | { kind: "removed"; path: string; before: unknown }
  /** A list of plain values, of which some came or went; their order does not count. */
  | { kind: "list"; path: string; added: unknown[]; removed: unknown[] };

type State = Record<string, unknown>;

/** Deeper values are compared as a whole. */
const DEEPEST = 4;

/** What differs between two states of an object, in the order of their fields. Values that are equal are left out. */
export function differences(before: State | null, after: State | null): Change[] {
  return compareObjects(before ?? {}, after ?? {}, "", 0);
}

function compareObjects(before: State, after: State, above: string, depth: number): Change[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => {
    const path = above ? `${above}.${name}` : name;
    if (!(name in before)) return added(path, after[name], depth);
    if (!(name in after)) return removed(path, before[name], depth);
    return compare(path, before[name], after[name], depth);
  });
}

function compare(path: string, before: unknown, after: unknown, depth: number): Change[] {
  if (same(before, after)) return [];
  if (depth < DEEPEST && isPart(before) && isPart(after)) return compareObjects(before, after, path, depth + 1);
  if (Array.isArray(before) && Array.isArray(after)) return compareLists(path, before, after, depth);
  return [{ kind: "changed", path, before, after }];
}

function compareLists(path: string, before: unknown[], after: unknown[], depth: number): Change[] {
  if (before.every(isPlain) && after.every(isPlain)) {
    const gone = without(before, after);
    const come = without(after, before);
    // The same values in another order.
    if (gone.length + come.length === 0) return [{ kind: "changed", path, before, after }];
    return [{ kind: "list", path, added: come, removed: gone }];
  }
  if (depth >= DEEPEST) return [{ kind: "changed", path, before, after }];
  const length = Math.max(before.length, after.length);
  return Array.from({ length }, (_, index) => {
    const place = `${path}[${index + 1}]`;
    if (index >= before.length) return added(place, after[index], depth);
    if (index >= after.length) return removed(place, before[index], depth);
    return compare(place, before[index], after[index], depth + 1);
  }).flat();
}

/** What is new, value by value. An empty value says nothing. */
function added(path: string, value: unknown, depth: number): Change[] {
  if (isEmpty(value)) return [];
  if (depth < DEEPEST && isPart(value)) return compareObjects({}, value, path, depth + 1);
  return [{ kind: "added", path, after: value }];
}

function removed(path: string, value: unknown, depth: number): Change[] {
  if (isEmpty(value)) return [];
  if (depth < DEEPEST && isPart(value)) return compareObjects(value, {}, path, depth + 1);
  return [{ kind: "removed", path, before: value }];
}

/** The values of `list` that `other` does not have, each as often as it is there. */
function without(list: unknown[], other: unknown[]): unknown[] {
  const rest = [...other];
  return list.filter((value) => {
    const at = rest.indexOf(value);
    if (at < 0) return true;
    rest.splice(at, 1);
    return false;
  });
}

/** Amounts are one value for readers: 1999 USD. */
export function isMoney(value: unknown): value is { amount: number; currency: string } {
  if (!isObject(value) || Object.keys(value).length !== 2) return false;
  return typeof value.amount === "number" && typeof value.currency === "string";
}

/** An object whose fields are worth comparing one by one. */
function isPart(value: unknown): value is State {
  return isObject(value) && !isMoney(value);
}

function isObject(value: unknown): value is State {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isPlain(value: unknown): boolean {
  return typeof value !== "object" || value === null;
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === "") return true;
  return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}

function same(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((value, index) => same(value, b[index]));
  }
  if (isObject(a) && isObject(b)) {
    const names = Object.keys(a);
    return names.length === Object.keys(b).length && names.every((name) => name in b && same(a[name], b[name]));
  }
  return Object.is(a, b);
}
