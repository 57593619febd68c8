import { expect, test } from "vitest";
import type { File as OrderFile, PageFile } from "@/api/schema";
import { withFile, without } from "./useFiles";

const file = (id: string) => ({ id }) as OrderFile;
const page = (...ids: string[]): PageFile => ({ items: ids.map(file), nextCursor: null });
const ids = (pages: PageFile[]) => pages.map(({ items }) => items.map(({ id }) => id));

test("a new file is the first one, and is there once", () => {
  expect(ids(withFile([page("b"), page("a")], file("c")))).toEqual([["c", "b"], ["a"]]);
  expect(ids(withFile([page("b"), page("a")], file("a")))).toEqual([["a", "b"], []]);
  expect(withFile([], file("a"))).toEqual([]);
});

test("a deleted file is gone", () => {
  expect(ids(without([page("b"), page("a")], "a"))).toEqual([["b"], []]);
});
