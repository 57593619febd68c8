import { expect, test } from "vitest";
import { sampleOrder, sampleQuote } from "@/testing/samples";
import { localDay } from "@/ui/format";
import {
  emptyLine,
  endOfDay,
  lineTotal,
  ownTotal,
  type QuoteDraft,
  quoteBody,
  quoteComplaints,
  quoteDraft,
  quoteField,
  quoteTotal,
} from "./quoteDraft";

const NOW = new Date(2026, 10, 30, 15).getTime();
const words = { required: "required", notAnAmount: "amount", notAQuantity: "quantity", notADay: "day", past: "past" };
const request = sampleQuote({ state: "REQUESTED", version: 0, items: [], total: null, validUntil: null });
const order = sampleOrder({ quote: request, items: [], total: { amount: 0, currency: "USD" } });

const draft = (changes: Partial<QuoteDraft> = {}): QuoteDraft => ({
  how: "lines",
  lines: [
    { ...emptyLine("Logo"), quantity: 2, price: "450.50" },
    { ...emptyLine("Print"), kind: "GOODS", quantity: "3", price: "9,99" },
  ],
  amount: "",
  validUntil: "2026-12-14",
  note: "",
  ...changes,
});

test("a line costs its units times its price, and nothing while it is not complete", () => {
  expect(lineTotal({ quantity: 3, price: "19.99" }, "USD")).toBe(5997);
  expect(lineTotal({ quantity: 3, price: "1500" }, "JPY")).toBe(4500);
  expect(lineTotal({ quantity: 3, price: "" }, "USD")).toBeNull();
  expect(lineTotal({ quantity: "", price: "1" }, "USD")).toBeNull();
  expect(lineTotal({ quantity: 1.5, price: "1" }, "USD")).toBeNull();
  expect(lineTotal({ quantity: 0, price: "1" }, "USD")).toBeNull();
  expect(lineTotal({ quantity: 1, price: "1.999" }, "USD")).toBeNull();
});

test("the customer pays the lines and the products that were ordered", () => {
  expect(quoteTotal(order, draft())).toBe(2 * 45050 + 3 * 999);
  const own = sampleOrder({ quote: request });
  expect(ownTotal(own)).toBe(45000);
  expect(quoteTotal(own, draft())).toBe(45000 + 2 * 45050 + 3 * 999);
});

test("lines of an earlier offer are no products, and don't count twice", () => {
  const accepted = sampleOrder({
    items: [...sampleOrder().items, ...sampleOrder().items.map((item) => ({ ...item, productId: null }))],
  });
  expect(ownTotal(accepted)).toBe(45000);
});

test("one amount is the price, whatever is in the lines", () => {
  expect(quoteTotal(order, draft({ how: "amount", amount: "99" }))).toBe(9900);
  expect(quoteTotal(order, draft({ how: "amount" }))).toBeNull();
});

test("each field says what is wrong with it", () => {
  const broken = draft({ lines: [{ ...emptyLine(" "), quantity: 0, price: "x" }], validUntil: "2026-11-29" });
  expect(quoteComplaints(broken, "USD", words, NOW)).toEqual({
    "lines.0.name": "required",
    "lines.0.quantity": "quantity",
    "lines.0.price": "amount",
    validUntil: "past",
  });
  expect(quoteComplaints(draft({ how: "amount", amount: "" }), "USD", words, NOW)).toEqual({ amount: "amount" });
  expect(quoteComplaints(draft({ validUntil: "" }), "USD", words, NOW)).toEqual({ validUntil: "day" });
  expect(quoteComplaints(draft(), "USD", words, NOW)).toEqual({});
});

test("an offer may end today", () => {
  expect(quoteComplaints(draft({ validUntil: "2026-11-30" }), "USD", words, NOW)).toEqual({});
});

test("what is sent has minor units, the end of the last day, and the version that was read", () => {
  const body = quoteBody({ ...order, quote: { ...request, version: 4 } }, draft({ note: " Two rounds. " }));
  expect(body).toEqual({
    items: [
      { name: "Logo", kind: "SERVICE", quantity: 2, unitPrice: { amount: 45050, currency: "USD" } },
      { name: "Print", kind: "GOODS", quantity: 3, unitPrice: { amount: 999, currency: "USD" } },
    ],
    validUntil: new Date(2026, 11, 14, 23, 59, 59).toISOString(),
    note: "Two rounds.",
    version: 4,
  });
  expect(quoteBody(order, draft({ how: "amount", amount: "99" }))).toMatchObject({
    amount: { amount: 9900, currency: "USD" },
  });
});

test("the form begins with the last offer, and with a date that can still be reached", () => {
  const offered = quoteDraft(sampleOrder({ quote: sampleQuote({ note: "With two rounds." }) }), NOW);
  expect(offered.lines).toMatchObject([{ name: "Logo, three drafts", quantity: 1, price: "450.00" }]);
  expect(offered).toMatchObject({ note: "With two rounds.", validUntil: localDay(Date.parse("2026-12-31T12:00:00Z")) });
  const over = quoteDraft(sampleOrder({ quote: sampleQuote({ validUntil: "2026-11-01T12:00:00Z" }) }), NOW);
  expect(over.validUntil).toBe("2026-12-14");
  expect(quoteDraft(order, NOW).lines).toMatchObject([{ name: "Logo for a bakery", price: "" }]);
});

test("days are those of the browser's calendar", () => {
  expect(localDay(new Date(2026, 0, 5, 23, 30).getTime())).toBe("2026-01-05");
  expect(endOfDay("2026-01-05")?.getDate()).toBe(5);
  expect(endOfDay("someday")).toBeNull();
});

test("complaints of the server find their fields", () => {
  expect(quoteField("items[2].unitPrice")).toBe("lines.2.price");
  expect(quoteField("items[0].name")).toBe("lines.0.name");
  expect(quoteField("validUntil")).toBe("validUntil");
});
