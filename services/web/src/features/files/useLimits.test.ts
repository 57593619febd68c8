import { expect, test } from "vitest";
import { ApiError } from "@/api/failure";
import type { ErrorCode } from "@/api/schema";
import { ALL_TYPES } from "./content";
import { learned } from "./useLimits";

const known = { maxBytes: null, types: ALL_TYPES };
const refusal = (code: ErrorCode, context: Record<string, unknown>) =>
  new ApiError({ status: 400, code, message: "", context });

test("a refusal tells the limit and the allowed types", () => {
  expect(learned(known, refusal("PAYLOAD_TOO_LARGE", { limit: 5_242_880 }))).toEqual({ ...known, maxBytes: 5_242_880 });
  const types = refusal("UNSUPPORTED_MEDIA_TYPE", { allowed: ["image/png", "application/pdf"] });
  expect(learned(known, types)).toEqual({ ...known, types: ["PNG", "PDF"] });
});

test("other refusals tell nothing", () => {
  expect(learned(known, refusal("TOO_MANY_FILES", { limit: 50 }))).toBe(known);
  expect(learned(known, refusal("PAYLOAD_TOO_LARGE", {}))).toBe(known);
  expect(learned(known, refusal("UNSUPPORTED_MEDIA_TYPE", { allowed: ["text/css"] }))).toBe(known);
});
