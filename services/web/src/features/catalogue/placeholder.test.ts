import { expect, test } from "vitest";
import { placeholderOf } from "./placeholder";

const NAMES = ["Enamel mug", "Desk lamp", "Logo design", "Chair repair", "Notebook A5", "Poster", "Delivery", "Tea"];

test("the same name always has the same picture", () => {
  // Written down: a change would give every product of every shop another picture.
  const drawn = { initial: "E", shade: "working", tilt: -3, lines: [76, 88, 76] };
  expect(placeholderOf("Enamel mug")).toEqual(drawn);
  expect(placeholderOf("  Enamel mug ")).toEqual(drawn);
});

test("different names have different pictures", () => {
  const pictures = new Set(NAMES.map((name) => JSON.stringify(placeholderOf(name))));
  expect(pictures.size).toBe(NAMES.length);
  expect(new Set(NAMES.map((name) => placeholderOf(name).shade)).size).toBeGreaterThan(1);
});

test("every name can be drawn", () => {
  expect(placeholderOf("").initial).toBe("·");
  expect(placeholderOf("ähre").initial).toBe("Ä");
  expect(placeholderOf("🫖 teapot").initial).toBe("🫖");
  for (const name of [...NAMES, "", "x".repeat(200)]) {
    const { tilt, lines } = placeholderOf(name);
    expect(Math.abs(tilt)).toBeLessThanOrEqual(4);
    expect(lines.every((length) => length >= 40 && length <= 88)).toBe(true);
  }
});
