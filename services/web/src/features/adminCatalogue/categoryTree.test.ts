import { describe, expect, test } from "vitest";
import type { Category } from "@/api/schema";
import { categoryChoices, flat, treeOf } from "@/ui/categoryTree";
import { lastPosition, move, placed, possibleParents } from "./categoryTree";
import { aCategory } from "./testing";

const kitchen = aCategory("Kitchen");
const cups = aCategory("Cups", { parentId: "Kitchen", position: 1 });
const pots = aCategory("Pots", { parentId: "Kitchen" });
const small = aCategory("Small", { parentId: "Cups", active: false });
const garden = aCategory("Garden", { position: 1 });
const all = [small, garden, cups, kitchen, pots];

/** Names as a list shows them. */
const shown = (categories: Category[]) => flat(treeOf(categories)).map(({ category }) => category.name);

describe("the tree", () => {
  test("has siblings by position, then by name, and each before what is below it", () => {
    expect(shown(all)).toEqual(["Kitchen", "Pots", "Cups", "Small", "Garden"]);
    expect(flat(treeOf(all)).map(({ depth }) => depth)).toEqual([1, 2, 2, 3, 1]);
    expect(shown([aCategory("b"), aCategory("a"), aCategory("C")])).toEqual(["a", "b", "C"]);
  });

  test("shows what has lost its parent at the top", () => {
    expect(shown([small, garden])).toEqual(["Small", "Garden"]);
  });

  test("ends, and loses nothing, even in a circle", () => {
    const circle = [aCategory("A", { parentId: "B" }), aCategory("B", { parentId: "A" }), garden];
    expect(shown(circle).sort()).toEqual(["A", "B", "Garden"]);
  });

  test("names each choice by the way to it", () => {
    expect(categoryChoices(all, "inactive").map(({ label }) => label)).toEqual([
      "Kitchen",
      "Kitchen › Pots",
      "Kitchen › Cups",
      "Kitchen › Cups › Small (inactive)",
      "Garden",
    ]);
  });
});

describe("the possible parents", () => {
  const names = (id: string | null, of = all) => possibleParents(of, id).map(({ name }) => name);

  test("are neither the category nor anything below it", () => {
    expect(names("Cups")).toEqual(["Kitchen", "Pots", "Garden"]);
    expect(names("Kitchen")).toEqual(["Garden"]);
  });

  test("leave the tree five levels deep", () => {
    const deep = ["1", "2", "3", "4", "5"].map((id, index) =>
      aCategory(id, { parentId: index ? String(index) : null }),
    );
    expect(names(null, deep)).toEqual(["1", "2", "3", "4"]);
    expect(names("Kitchen", [...deep, kitchen, cups])).toEqual(["1", "2", "3"]);
  });
});

describe("moving", () => {
  const positions = (id: string, by: -1 | 1, of = all) =>
    move(of, id, by).map(({ category, position }) => [category.name, position]);

  test("changes places with a sibling, and nothing else", () => {
    expect(shown(placed(all, move(all, "Cups", -1)))).toEqual(["Kitchen", "Cups", "Small", "Pots", "Garden"]);
    expect(shown(placed(all, move(all, "Kitchen", 1)))).toEqual(["Garden", "Kitchen", "Pots", "Cups", "Small"]);
  });

  test("changes nothing at either end", () => {
    expect(positions("Pots", -1)).toEqual([]);
    expect(positions("Garden", 1)).toEqual([]);
    expect(positions("unknown", 1)).toEqual([]);
  });

  test("works where all have one position", () => {
    const four = ["a", "b", "c", "d"].map((id) => aCategory(id));
    for (const [id, by, order] of [
      ["c", -1, ["a", "c", "b", "d"]],
      ["a", 1, ["b", "a", "c", "d"]],
      ["d", -1, ["a", "b", "d", "c"]],
    ] as const) {
      expect(shown(placed(four, move(four, id, by)))).toEqual(order);
    }
    // What is before the moved one stays as it is.
    expect(positions("d", -1, four)).toEqual([["c", 1]]);
  });

  test("works any number of times in a row", () => {
    let list = ["a", "b", "c", "d", "e"].map((id) => aCategory(id));
    for (let step = 0; step < 4; step++) list = placed(list, move(list, "e", -1));
    expect(shown(list)).toEqual(["e", "a", "b", "c", "d"]);
    for (let step = 0; step < 4; step++) list = placed(list, move(list, "e", 1));
    expect(shown(list)).toEqual(["a", "b", "c", "d", "e"]);
  });

  test("numbers siblings anew that have no room behind them", () => {
    const full = [aCategory("z", { position: 1_000_000 }), aCategory("y", { position: 1_000_000 })];
    expect(shown(placed(full, move(full, "z", -1)))).toEqual(["z", "y"]);
    expect(positions("z", -1, full)).toEqual([
      ["z", 0],
      ["y", 1],
    ]);
  });
});

test("a new category goes behind its siblings", () => {
  expect(lastPosition(all, "Kitchen")).toBe(2);
  expect(lastPosition(all, null)).toBe(2);
  expect(lastPosition(all, "Small")).toBe(0);
});
