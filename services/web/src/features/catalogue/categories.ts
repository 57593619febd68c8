import type { Category } from "@/api/schema";

export type CategoryNode = {
  category: Category;
  children: CategoryNode[];
  /** Products in it and in all categories below. */
  products: number;
};

/** Categories as a tree, in the order of the API. A category whose parent is not public is at the top. */
export function categoryTree(categories: Category[]): CategoryNode[] {
  const known = new Set(categories.map(({ id }) => id));
  const nodes = (level: Category[]): CategoryNode[] =>
    level.map((category) => {
      const children = nodes(categories.filter(({ parentId }) => parentId === category.id));
      const products = children.reduce((sum, child) => sum + child.products, category.products);
      return { category, children, products };
    });
  return nodes(categories.filter(({ parentId }) => !parentId || !known.has(parentId)));
}

/** The category with what it is in, the top first; empty if it is not known. */
export function categoryPath(categories: Category[], is: (category: Category) => boolean): Category[] {
  const path: Category[] = [];
  let current = categories.find(is);
  while (current && !path.includes(current)) {
    path.unshift(current);
    const parent: string | null = current.parentId;
    current = categories.find(({ id }) => id === parent);
  }
  return path;
}
