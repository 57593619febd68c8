import { expect, test } from "vitest";
import { ApiError } from "@/api/failure";
import type { ErrorCode } from "@/api/schema";
import { beginWrite, isRefusal, sendOnce, unanswered } from "./keptWrite";

const refused = (status: number, code: ErrorCode) => new ApiError({ status, code, message: "no" });

test("the same content keeps its key and what was sent, other content gets a new one", () => {
  const first = beginWrite("slot", "a", { version: 1 });
  const again = beginWrite("slot", "a", { version: 2 });
  expect(again).toEqual(first);
  expect(again.sent).toEqual({ version: 1 });
  expect(beginWrite("slot", "b", { version: 2 }).key).not.toBe(first.key);
});

test("an answer ends the key", async () => {
  const keys: string[] = [];
  const send = async ({ key }: { key: string }) => keys.push(key);
  await sendOnce("slot", "a", null, send);
  expect(unanswered("slot")).toBeNull();
  await sendOnce("slot", "a", null, send);
  expect(keys[1]).not.toBe(keys[0]);
});

test("a refusal ends the key, a lost answer keeps it", async () => {
  const lost = () => Promise.reject(new TypeError("Failed to fetch"));
  await expect(sendOnce("slot", "a", null, lost)).rejects.toThrow();
  const key = unanswered("slot")?.key;
  expect(key).toBeTruthy();
  const refusal = () => Promise.reject(refused(409, "OUT_OF_STOCK"));
  await expect(sendOnce("slot", "a", null, refusal)).rejects.toThrow();
  expect(unanswered("slot")).toBeNull();
});

test("a first attempt is over with any refusal", () => {
  expect(isRefusal(refused(422, "VALIDATION_ERROR"), false)).toBe(true);
  expect(isRefusal(refused(409, "CART_CHANGED"), false)).toBe(true);
  // The first attempt with this key still runs.
  expect(isRefusal(refused(409, "CONFLICT"), false)).toBe(false);
  expect(isRefusal(refused(429, "RATE_LIMITED"), false)).toBe(false);
  expect(isRefusal(refused(503, "UNAVAILABLE"), false)).toBe(false);
  expect(isRefusal(new TypeError("Failed to fetch"), false)).toBe(false);
});

test("a repeat is over only with what the state refuses: the first attempt may have been done", () => {
  expect(isRefusal(refused(409, "OUT_OF_STOCK"), true)).toBe(true);
  expect(isRefusal(refused(401, "UNAUTHENTICATED"), true)).toBe(false);
  expect(isRefusal(refused(422, "VALIDATION_ERROR"), true)).toBe(false);
  expect(isRefusal(refused(409, "EMAIL_REGISTERED"), true)).toBe(false);
});

test("a lost answer, then a wrong password: still the same write", async () => {
  const keys: string[] = [];
  const failing = (error: unknown) =>
    sendOnce("slot", "a", null, ({ key }) => {
      keys.push(key);
      return Promise.reject(error);
    }).catch(() => undefined);
  await failing(new TypeError("Failed to fetch"));
  await failing(refused(409, "EMAIL_REGISTERED"));
  await failing(new TypeError("Failed to fetch"));
  expect(new Set(keys).size).toBe(1);
});

test("what was kept and cannot be read is no write", () => {
  sessionStorage.setItem("slot", "{");
  expect(unanswered("slot")).toBeNull();
});
