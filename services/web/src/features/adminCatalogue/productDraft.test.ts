import { describe, expect, test } from "vitest";
import { type Draft, draftOf, EMPTY, newProduct, patchOf, problems, sameValue, units } from "./productDraft";
import { rebase } from "./rebase";
import { aProduct } from "./testing";

const typed = (change: Partial<Draft>): Draft => ({ ...EMPTY, name: "Mug", price: "12.50", ...change });

describe("what is typed", () => {
  test("is complete with a name and a price", () => {
    expect(problems(typed({}), "USD", true)).toEqual({});
    expect(problems(EMPTY, "USD", true)).toEqual({ name: "required", price: "required" });
  });

  test("has a price with as many digits as the currency", () => {
    expect(problems(typed({ price: "12,5" }), "USD", true)).toEqual({});
    expect(problems(typed({ price: "12.505" }), "USD", true)).toEqual({ price: "amount" });
    expect(problems(typed({ price: "1250" }), "JPY", true)).toEqual({});
    expect(problems(typed({ price: "12.5" }), "JPY", true)).toEqual({ price: "amount" });
    expect(problems(typed({ price: "-1" }), "USD", true)).toEqual({ price: "amount" });
    expect(problems(typed({ price: "10000000001" }), "USD", true)).toEqual({ price: "tooMuch" });
  });

  test("has whole units, and only of goods", () => {
    expect(problems(typed({ stock: "1.5", threshold: "-1" }), "USD", true)).toEqual({
      stock: "units",
      threshold: "units",
    });
    expect(problems(typed({ kind: "SERVICE", stock: "1.5" }), "USD", true)).toEqual({});
    expect(units(" 1000000000 ")).toBe(1_000_000_000);
    expect(units("1000000001")).toBeNull();
  });

  test("needs a SKU that the API takes, once the product has one", () => {
    expect(problems(typed({ sku: "" }), "USD", true)).toEqual({});
    expect(problems(typed({ sku: "" }), "USD", false)).toEqual({ sku: "required" });
    expect(problems(typed({ sku: "A B" }), "USD", true)).toEqual({ sku: "sku" });
    expect(problems(typed({ sku: "A-1_b.2/3" }), "USD", true)).toEqual({});
  });
});

test("a new product has its price in minor units, and nothing that was left empty", () => {
  expect(newProduct(typed({ price: "12,5", stock: "40", categoryId: "kitchen" }), "USD")).toEqual({
    name: "Mug",
    description: "",
    kind: "GOODS",
    price: { amount: 1250, currency: "USD" },
    active: true,
    category: "kitchen",
    stock: 40,
  });
  expect(newProduct(typed({ kind: "SERVICE", stock: "40", threshold: "3" }), "USD")).not.toHaveProperty("stock");
});

describe("a change", () => {
  const product = aProduct({ lowStockThreshold: 3, categoryId: "c1", category: "Kitchen" });

  test("has only the fields that differ", () => {
    expect(patchOf(product, draftOf(product))).toEqual({});
    expect(patchOf(product, { ...draftOf(product), price: "12.5", name: " Enamel mug " })).toEqual({});
    expect(patchOf(product, { ...draftOf(product), price: "13" })).toEqual({
      price: { amount: 1300, currency: "USD" },
    });
  });

  test("clears a category and a threshold with null", () => {
    expect(patchOf(product, { ...draftOf(product), categoryId: "", threshold: "" })).toEqual({
      categoryId: null,
      lowStockThreshold: null,
    });
  });

  test("can set a threshold of none", () => {
    expect(patchOf(aProduct(), { ...draftOf(aProduct()), threshold: "0" })).toEqual({ lowStockThreshold: 0 });
  });
});

describe("what others saved meanwhile", () => {
  const base = draftOf(aProduct());
  const merge = (next: Draft, mine: Draft) => rebase(base, next, mine, sameValue("USD"));

  test("is taken over where nothing was typed", () => {
    const { draft, clashes, taken } = merge({ ...base, price: "13.00" }, { ...base, name: "Big mug" });
    expect(draft).toEqual({ ...base, price: "13.00", name: "Big mug" });
    expect(clashes).toEqual([]);
    expect(taken).toEqual(["price"]);
  });

  test("does not replace what was typed", () => {
    const { draft, clashes } = merge({ ...base, price: "13.00" }, { ...base, price: "14" });
    expect(draft.price).toBe("14");
    expect(clashes).toEqual(["price"]);
  });

  test("is no conflict if both typed the same", () => {
    expect(merge({ ...base, price: "13.00" }, { ...base, price: "13" })).toMatchObject({ clashes: [], taken: [] });
  });
});
