import type { Category } from "@/api/schema";
import { type Branch, before, flat, treeOf } from "@/ui/categoryTree";

/** Levels of the tree at most. */
export const MAX_DEPTH = 5;

function height(branch: Branch): number {
  return 1 + Math.max(0, ...branch.children.map(height));
}

/** The categories that this one (null: a new one) can be put below: not itself, nothing below it, and nothing that gets too deep. */
export function possibleParents(categories: Category[], id: string | null): Category[] {
  const all = flat(treeOf(categories));
  const own = all.find(({ category }) => category.id === id);
  const below = new Set(own ? flat([own]).map(({ category }) => category.id) : []);
  const levels = own ? height(own) : 1;
  return all
    .filter(({ category, depth }) => !below.has(category.id) && depth + levels <= MAX_DEPTH)
    .map(({ category }) => category);
}

/** The position behind all that is below this parent. */
export function lastPosition(categories: Category[], parentId: string | null): number {
  const siblings = categories.filter((category) => category.parentId === parentId);
  return siblings.reduce((last, { position }) => Math.max(last, position + 1), 0);
}

export type NewPosition = { category: Category; position: number };

/** The largest position of the API. */
const MAX_POSITION = 1_000_000;

/** The positions that have to change so that a category moves up (-1) or down (1) among its siblings; empty at the end of them. */
export function move(categories: Category[], id: string, by: -1 | 1): NewPosition[] {
  const one = categories.find((category) => category.id === id);
  const siblings = categories.filter(({ parentId }) => parentId === one?.parentId).sort(before);
  const from = siblings.findIndex((category) => category.id === id);
  const [moved, other] = [siblings[from], siblings[from + by]];
  if (!moved || !other) return [];
  siblings[from] = other;
  siblings[from + by] = moved;
  const changed = lined(siblings);
  const fits = changed.every(({ position }) => position <= MAX_POSITION);
  return fits ? changed : numbered(siblings);
}

/** The fewest new positions that put the siblings into this order. */
function lined(siblings: Category[]): NewPosition[] {
  const changed: NewPosition[] = [];
  let last: Category | null = null;
  for (const category of siblings) {
    const position = placeAfter(last, category);
    if (position !== category.position) changed.push({ category, position });
    last = { ...category, position };
  }
  return changed;
}

/** Those with one position are sorted by name, so it may do. */
function placeAfter(last: Category | null, category: Category): number {
  if (!last || before(last, category) < 0) return category.position;
  const beside = { ...category, position: last.position };
  return before(last, beside) < 0 ? last.position : last.position + 1;
}

/** Positions from 0 on, for siblings with no room behind them. */
function numbered(siblings: Category[]): NewPosition[] {
  return siblings.flatMap((category, position) => (category.position === position ? [] : [{ category, position }]));
}

/** The categories with other positions. */
export function placed(categories: Category[], changed: NewPosition[]): Category[] {
  return categories.map((one) => {
    const change = changed.find(({ category }) => category.id === one.id);
    return change ? { ...one, position: change.position } : one;
  });
}
