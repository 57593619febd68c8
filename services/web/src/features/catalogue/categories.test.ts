import { expect, test } from "vitest";
import type { Category } from "@/api/schema";
import { categoryPath, categoryTree } from "./categories";

const category = (id: string, parentId: string | null, products = 1) =>
  ({ id, slug: id, name: id, parentId, products }) as Category;

const ALL = [
  category("home", null, 2),
  category("kitchen", "home", 3),
  category("mugs", "kitchen", 4),
  category("office", null, 0),
  category("orphan", "hidden", 5),
];

test("a tree keeps the order, and counts what is below", () => {
  const tree = categoryTree(ALL);
  expect(tree.map(({ category, products }) => [category.id, products])).toEqual([
    ["home", 9],
    ["office", 0],
    ["orphan", 5],
  ]);
  expect(tree[0]?.children[0]?.children[0]?.category.id).toBe("mugs");
  expect(categoryTree([])).toEqual([]);
});

test("a path begins at the top", () => {
  const path = (slug: string) => categoryPath(ALL, (one) => one.slug === slug).map(({ id }) => id);
  expect(path("mugs")).toEqual(["home", "kitchen", "mugs"]);
  expect(path("orphan")).toEqual(["orphan"]);
  expect(path("nothing")).toEqual([]);
});

test("a circle ends", () => {
  const circle = [category("a", "b"), category("b", "a")];
  expect(categoryPath(circle, ({ id }) => id === "a").map(({ id }) => id)).toEqual(["b", "a"]);
});
