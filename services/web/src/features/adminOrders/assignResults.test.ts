import { expect, test } from "vitest";
import type { ErrorCode, OrderResult } from "@/api/schema";
import { afterRetry, assigned } from "./assignResults";
import { anOrder } from "./testing";

const done = (orderId: string): OrderResult => ({ orderId, order: anOrder({ id: orderId }), error: null });
const refused = (orderId: string, code: ErrorCode): OrderResult => ({
  orderId,
  order: null,
  error: { code, message: "no" },
});

test("each order is done, may be forced, or is lost", () => {
  const outcome = assigned([
    done("1"),
    refused("2", "NOT_QUALIFIED"),
    refused("3", "TOO_MANY_ORDERS"),
    refused("4", "INVALID_TRANSITION"),
    refused("5", "NOT_FOUND"),
  ]);
  expect(outcome.done.map(({ id }) => id)).toEqual(["1"]);
  expect(outcome.forceable.map(({ orderId }) => orderId)).toEqual(["2", "3"]);
  expect(outcome.lost.map(({ orderId }) => orderId)).toEqual(["4", "5"]);
});

test("a second attempt adds to the first, and settles what it was for", () => {
  const first = assigned([done("1"), refused("2", "NOT_QUALIFIED"), refused("4", "CONFLICT")]);
  const all = afterRetry(first, assigned([done("2")]));
  expect(all.done.map(({ id }) => id)).toEqual(["1", "2"]);
  expect(all.forceable).toEqual([]);
  expect(all.lost.map(({ orderId }) => orderId)).toEqual(["4"]);
});
