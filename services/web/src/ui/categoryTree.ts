import type { Category } from "@/api/schema";

/** A category in the tree. */
export type Branch = {
  category: Category;
  /** 1 at the top. */
  depth: number;
  children: Branch[];
};

/** As the API sorts siblings: by position, then by name. */
export function before(a: Category, b: Category): number {
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
export function categoryChoices(categories: Category[], inactive: string): { value: string; label: string }[] {
  const list = (tree: Branch[], way: string): { value: string; label: string }[] =>
    tree.flatMap(({ category, children }) => {
      const label = way ? `${way} › ${category.name}` : category.name;
      const mark = category.active ? "" : ` (${inactive})`;
      return [{ value: category.id, label: label + mark }, ...list(children, label)];
    });
  return list(treeOf(categories), "");
}
