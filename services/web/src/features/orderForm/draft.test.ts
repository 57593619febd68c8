import { expect, test } from "vitest";
import { forgetDraft, keepDraft, readDraft } from "./draft";
import { typed } from "./testing";
import { EMPTY, startValues } from "./values";

test("keeps what is typed, and never the password", () => {
  const lines = [{ productId: "1", quantity: "2" }];
  const values = typed({ email: "ada@shop.test", password: "correct horse", lines });
  keepDraft(values);
  expect(JSON.stringify(sessionStorage)).not.toContain("correct horse");
  expect(Object.values({ ...sessionStorage }).join()).not.toContain("correct horse");
  expect(readDraft()).toEqual({ ...values, password: "" });
});

test("is gone after ordering", () => {
  keepDraft(typed({ email: "ada@shop.test" }));
  forgetDraft();
  expect(readDraft("GB")).toEqual({ ...EMPTY, country: "GB" });
});

test("makes sense of what cannot be read, or is of an older form", () => {
  sessionStorage.setItem("waybill.orderForm", "{");
  expect(readDraft()).toEqual(EMPTY);
  const line = { productId: "1", quantity: "2" };
  const old = { subject: "gift", lines: [{ productId: 1 }, null, line], city: 5, email: "a@b.test" };
  sessionStorage.setItem("waybill.orderForm", JSON.stringify(old));
  expect(readDraft()).toEqual({ ...EMPTY, email: "a@b.test", lines: [line] });
});

test("a link adds its product to the draft, once, and with its quantity", () => {
  const draft = typed({ lines: [{ productId: "1", quantity: "2" }] });
  expect(startValues(draft, { product: "2" }).lines).toEqual([
    { productId: "1", quantity: "2" },
    { productId: "2", quantity: "1" },
  ]);
  expect(startValues(draft, { product: "1", quantity: 5 }).lines).toEqual([{ productId: "1", quantity: "5" }]);
  expect(startValues(draft, { product: "1" }).lines).toEqual(draft.lines);
});

test("a link chooses what the order is about", () => {
  expect(startValues(EMPTY, { cart: true }).subject).toBe("cart");
  expect(startValues(EMPTY, { title: "A sign" })).toMatchObject({ subject: "request", title: "A sign" });
  expect(startValues(typed({ subject: "request" }), {}).subject).toBe("request");
  expect(startValues(typed({ subject: "request" }), { product: "1" }).subject).toBe("items");
});
