import type { Category } from "@/api/schema";

/** Levels of the tree at most. */
export const MAX_DEPTH = 5;

/** A category in the tree. */
export type Branch = {
  category: Category;
  /** 1 at the top. */
  depth: number;
  children: Branch[];
};

/** As the API sorts siblings: by position, then by name. */
function before(a: Category, b: Category): number {
  if (a.position !== b.position) return a.position - b.position;
  const [first, second] = [a.name.toLowerCase(), b.name.toLowerCase()];
  if (first !== second) return first < second ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

/** The tree of all categories. What has lost its parent, or its way to the top, is shown at the top instead of vanishing. */
export function treeOf(categories: Category[]): Branch[] {
  const below = new Map<string, Category[]>();
  for (const category of categories) {
    if (category.parentId) below.set(category.parentId, [...(below.get(category.parentId) ?? []), category]);
  }
  const known = new Set(categories.map(({ id }) => id));
  const seen = new Set<string>();
  const branch = (category: Category, depth: number): Branch => {
    seen.add(category.id);
    const children = (below.get(category.id) ?? []).filter(({ id }) => !seen.has(id)).sort(before);
    return { category, depth, children: children.map((child) => branch(child, depth + 1)) };
  };
  const top = categories.filter(({ parentId }) => parentId === null || !known.has(parentId)).sort(before);
  const tree = top.map((category) => branch(category, 1));
  for (const category of categories) if (!seen.has(category.id)) tree.push(branch(category, 1));
  return tree;
}

/** All branches, each before what is below it. */
export function flat(tree: Branch[]): Branch[] {
  return tree.flatMap((branch) => [branch, ...flat(branch.children)]);
}

/** The categories for a list of choices, each with the way to it. `inactive` is the mark of those that customers do not see. */
export function choices(categories: Category[], inactive: string): { value: string; label: string }[] {
  const list = (tree: Branch[], way: string): { value: string; label: string }[] =>
    tree.flatMap(({ category, children }) => {
      const label = way ? `${way} › ${category.name}` : category.name;
      const mark = category.active ? "" : ` (${inactive})`;
      return [{ value: category.id, label: label + mark }, ...list(children, label)];
    });
  return list(treeOf(categories), "");
}

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
