import { expect, test } from "vitest";
import { shortId } from "@/ui/names";
import { placeOf, placeOfValue, targetName } from "./targets";

const nothing = { before: null, after: null };

test("what was acted on has a page, if one shows it", () => {
  expect(placeOf({ targetKind: "order", targetId: "1", ...nothing })).toEqual({ page: "order", id: "1" });
  expect(placeOf({ targetKind: "worker", targetId: "2", ...nothing })).toEqual({ page: "user", id: "2" });
  expect(placeOf({ targetKind: "settings", targetId: "shop", ...nothing })).toEqual({ page: "settings" });
  expect(placeOf({ targetKind: "account", targetId: "hash", ...nothing })).toBeNull();
});

test("payments and files lead to their order, also when they are gone", () => {
  const state = { orderId: "9" };
  const order = { page: "order", id: "9" };
  expect(placeOf({ targetKind: "payment", targetId: "p", before: null, after: state })).toEqual(order);
  expect(placeOf({ targetKind: "file", targetId: "f", before: state, after: null })).toEqual(order);
  expect(placeOf({ targetKind: "file", targetId: "f", before: { orderId: null }, after: null })).toBeNull();
});

test("ids in states lead to who or what they name", () => {
  expect(placeOfValue("assigneeId", "7")).toEqual({ page: "user", id: "7" });
  expect(placeOfValue("assigneeId", null)).toBeNull();
  expect(placeOfValue("sku", "7")).toBeNull();
});

test("the name is what people say", () => {
  const order = { targetKind: "order", targetId: "1", before: null, after: { orderNumber: "W2611-7K3M9QX" } };
  expect(targetName(order)).toBe("W2611-7K3M9QX");
  expect(targetName({ ...order, after: null, before: { name: "Kitchen" } })).toBe("Kitchen");
  expect(targetName({ ...order, after: null, targetId: "01890a5d-ac96-774b-bcce-b302099a8057" })).toBe("…099a8057");
  expect(shortId("shop")).toBe("shop");
});
