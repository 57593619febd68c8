import { expect, test } from "vitest";
import { sampleOrder, usd } from "@/testing/samples";
import { chosen, costOf, noUnits } from "./refundUnits";

const [logo] = sampleOrder().items;
if (!logo) throw new Error("the sample order has an item");
const cups = {
  ...logo,
  kind: "GOODS" as const,
  productId: "0190-cup",
  name: "Cup",
  quantity: 3,
  lineTotal: usd(1_000),
};

test("the units of a line cost together what the line costs", () => {
  const parts = [0, 1, 2].map((refundedQuantity) => costOf({ ...cups, refundedQuantity }, 1));
  expect(parts).toEqual([333, 333, 334]);
  expect(costOf({ ...cups, refundedQuantity: 1 }, 2)).toBe(667);
});

test("only what was chosen is sent, and work does not go back to the stock", () => {
  const order = { items: [logo, cups] };
  const units = noUnits(order);
  expect(units).toEqual([
    { quantity: 0, restock: false },
    { quantity: 0, restock: true },
  ]);
  expect(chosen(order, units)).toEqual({ lines: [], cost: 0 });
  const two = chosen(
    order,
    [units[0], { quantity: 2, restock: true }].filter((it) => it !== undefined),
  );
  expect(two).toEqual({ lines: [{ position: 1, quantity: 2, restock: true }], cost: 666 });
});
