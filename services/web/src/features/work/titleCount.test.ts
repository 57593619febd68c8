import { expect, test } from "vitest";
import { withCount } from "./titleCount";

test("the title has the number in front, once", () => {
  expect(withCount("Open work", 1)).toBe("(1) Open work");
  expect(withCount("(1) Open work", 2)).toBe("(2) Open work");
  expect(withCount("(12) Open work", 0)).toBe("Open work");
});

test("other parentheses stay", () => {
  expect(withCount("Logo (2 drafts)", 3)).toBe("(3) Logo (2 drafts)");
  expect(withCount("(draft) Logo", 0)).toBe("(draft) Logo");
});
