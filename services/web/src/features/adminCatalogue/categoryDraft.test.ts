import { expect, test } from "vitest";
import { categoryPatch, categoryProblems, draftOfCategory, emptyCategory, newCategory } from "./categoryDraft";
import { aCategory } from "./testing";

const kitchen = aCategory("Kitchen");
const cups = aCategory("Cups", { parentId: "Kitchen", position: 4 });
const garden = aCategory("Garden", { position: 7 });
const all = [kitchen, cups, garden];

test("a change has only the fields that differ", () => {
  expect(categoryPatch(cups, draftOfCategory(cups), all)).toEqual({});
  expect(categoryPatch(cups, { ...draftOfCategory(cups), name: " Mugs ", active: false }, all)).toEqual({
    name: "Mugs",
    active: false,
  });
});

test("a moved category goes behind its new siblings", () => {
  expect(categoryPatch(cups, { ...draftOfCategory(cups), parentId: "" }, all)).toEqual({ parentId: null, position: 8 });
  expect(categoryPatch(garden, { ...draftOfCategory(garden), parentId: "Kitchen" }, all)).toEqual({
    parentId: "Kitchen",
    position: 5,
  });
});

test("a new category may leave its slug to the shop", () => {
  expect(newCategory({ ...emptyCategory("Kitchen"), name: " Pots " }, 5)).toEqual({
    name: "Pots",
    description: "",
    parentId: "Kitchen",
    position: 5,
    active: true,
  });
  expect(newCategory({ ...emptyCategory(null), name: "Pots", slug: "pots" }, 0)).toMatchObject({
    slug: "pots",
    parentId: null,
  });
});

test("a slug has small letters, digits, and hyphens between them", () => {
  const draft = (slug: string) => ({ ...emptyCategory(null), name: "Pots", slug });
  for (const good of ["pots", "töpfe-2", "a", "茶"]) expect(categoryProblems(draft(good), true)).toEqual({});
  for (const bad of ["Pots", "-pots", "pots-", "pots & pans"]) {
    expect(categoryProblems(draft(bad), true)).toEqual({ slug: "slug" });
  }
  expect(categoryProblems(draft(""), true)).toEqual({});
  expect(categoryProblems(draft(""), false)).toEqual({ slug: "required" });
  expect(categoryProblems(emptyCategory(null), true)).toEqual({ name: "required" });
});
