import type { Category } from "@/api/schema";
import { type Branch, treeOf } from "@/ui/categoryTree";

export type CategoryNode = {
  category: Category;
  children: CategoryNode[];
  /** Products in it and in all categories below. */
  products: number;
};

/** Categories as a tree. A category whose parent is not public is at the top. */
export function categoryTree(categories: Category[]): CategoryNode[] {
  const counted = (branch: Branch): CategoryNode => {
    const children = branch.children.map(counted);
    const products = children.reduce((sum, child) => sum + child.products, branch.category.products);
    return { category: branch.category, children, products };
  };
  return treeOf(categories).map(counted);
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
