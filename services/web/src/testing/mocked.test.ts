import { expect, test } from "vitest";

const tests = import.meta.glob<string>("/src/**/*.test.{ts,tsx}", { eager: true, query: "?raw", import: "default" });

test("only files named *.mocked.test.* replace modules, as these run apart", () => {
  // Not written in one piece, so that this file is no finding.
  const call = ["vi", "mock("].join(".");
  const wrong = Object.entries(tests).filter(([path, text]) => text.includes(call) && !path.includes(".mocked.test."));
  expect(wrong.map(([path]) => path)).toEqual([]);
  expect(Object.keys(tests).length).toBeGreaterThan(100);
});
