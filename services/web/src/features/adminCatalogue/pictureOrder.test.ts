import { expect, test } from "vitest";
import { complete, droppedOn, moved, pictureTypes, unfit } from "./pictureOrder";

const ids = ["a", "b", "c", "d"];

test("a picture moves by one place, and stops at either end", () => {
  expect(moved(ids, "c", -1)).toEqual(["a", "c", "b", "d"]);
  expect(moved(ids, "c", 1)).toEqual(["a", "b", "d", "c"]);
  expect(moved(ids, "a", -1)).toEqual(ids);
  expect(moved(ids, "d", 1)).toEqual(ids);
  expect(moved(ids, "x", 1)).toEqual(ids);
});

test("a dropped picture takes the place of the one below it", () => {
  expect(droppedOn(ids, "a", "c")).toEqual(["b", "c", "a", "d"]);
  expect(droppedOn(ids, "d", "a")).toEqual(["d", "a", "b", "c"]);
  expect(droppedOn(ids, "b", "b")).toEqual(ids);
  expect(droppedOn(ids, "x", "b")).toEqual(ids);
});

test("every picture is sent once, also those that were added or deleted meanwhile", () => {
  expect(complete(["c", "a"], ids)).toEqual(["c", "a", "b", "d"]);
  expect(complete(["gone", "b"], ["a", "b"])).toEqual(["b", "a"]);
});

test("files that the shop does not take are told before they are sent", () => {
  const types = pictureTypes(["JPEG", "PDF"]);
  const file = (type: string, size: number) => new File(["x".repeat(size)], "file", { type });
  expect(types).toEqual(["image/jpeg"]);
  expect(unfit(file("image/jpeg", 10), types, 10, 1)).toBeNull();
  expect(unfit(file("image/png", 10), types, 10, 1)).toBe("type");
  expect(unfit(file("application/pdf", 10), types, 10, 1)).toBe("type");
  expect(unfit(file("image/jpeg", 11), types, 10, 1)).toBe("size");
  expect(unfit(file("image/jpeg", 10), types, 10, 0)).toBe("count");
});
