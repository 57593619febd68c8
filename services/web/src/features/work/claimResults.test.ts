import { expect, test } from "vitest";
import { ApiError } from "@/api/failure";
import type { ErrorCode, OrderResult } from "@/api/schema";
import { sampleOrder } from "@/testing/samples";
import { claimResults, isOutOfPool } from "./claimResults";

const asked = ["a", "b", "c", "d", "e", "f"].map((id) => sampleOrder({ id, title: `Order ${id}` }));
const lost = (orderId: string, code: ErrorCode): OrderResult => ({
  orderId,
  order: null,
  error: { code, message: `no ${orderId}` },
});

test("won orders are told from lost ones, and each lost one says why", () => {
  const results = [
    { orderId: "a", order: sampleOrder({ id: "a", status: "IN_PROGRESS" }), error: null },
    lost("b", "ALREADY_CLAIMED"),
    lost("c", "NOT_QUALIFIED"),
    lost("d", "TOO_MANY_ORDERS"),
    lost("e", "NOT_FOUND"),
    lost("f", "UNAVAILABLE"),
  ];
  const claimed = claimResults(results, asked, { b: { why: "claimed", by: "Wanda" } });
  expect(claimed.won.map(({ id }) => id)).toEqual(["a"]);
  expect(claimed.lost.map(({ id, why, by }) => [id, why, by])).toEqual([
    ["b", "taken", "Wanda"],
    ["c", "unqualified", null],
    ["d", "full", null],
    ["e", "away", null],
    ["f", "failed", null],
  ]);
  expect(claimed.lost[0]?.order?.title).toBe("Order b");
  expect(claimed.lost[4]?.message).toBe("no f");
});

test("who was faster may not be known yet", () => {
  expect(claimResults([lost("b", "ALREADY_CLAIMED")], asked, {}).lost[0]?.by).toBeNull();
});

test("only some refusals mean that the order is gone", () => {
  const error = (code: ErrorCode) => new ApiError({ status: 409, code, message: "" });
  expect(isOutOfPool(error("ALREADY_CLAIMED"))).toBe(true);
  expect(isOutOfPool(error("TOO_MANY_ORDERS"))).toBe(false);
  expect(isOutOfPool(new TypeError("fetch failed"))).toBe(false);
});
