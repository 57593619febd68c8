import type { NewProduct, Product, ProductKind, ProductPatch } from "@/api/schema";
import { majorUnits, minorUnits } from "@/ui/format";

/** A product as it is typed: prices in major units, numbers as text. */
export type Draft = {
  name: string;
  description: string;
  kind: ProductKind;
  price: string;
  sku: string;
  /** Empty: none. */
  categoryId: string;
  /** Opening stock; only for new products. */
  stock: string;
  /** Empty: the shop's. */
  threshold: string;
  active: boolean;
};

/** Limits of the API. */
export const LIMITS = { name: 200, sku: 64, description: 10_000, price: 1_000_000_000_000, units: 1_000_000_000 };

const SKU = /^[A-Za-z0-9._/-]+$/;

export const EMPTY: Draft = {
  name: "",
  description: "",
  kind: "GOODS",
  price: "",
  sku: "",
  categoryId: "",
  stock: "",
  threshold: "",
  active: true,
};

export function draftOf(product: Product): Draft {
  return {
    name: product.name,
    description: product.description,
    kind: product.kind,
    price: majorUnits(product.price),
    sku: product.sku,
    categoryId: product.categoryId ?? "",
    stock: "",
    threshold: product.lowStockThreshold === undefined ? "" : String(product.lowStockThreshold),
    active: product.active,
  };
}

/** Units as typed: a whole number that is not negative, or null. */
export function units(text: string): number | null {
  const digits = text.trim();
  if (!/^\d{1,10}$/.test(digits)) return null;
  const count = Number(digits);
  return count > LIMITS.units ? null : count;
}

export type Problem = "required" | "amount" | "tooMuch" | "units" | "sku";

/** What is wrong with a draft, by its fields. */
export function problems(draft: Draft, currency: string, isNew: boolean): Partial<Record<keyof Draft, Problem>> {
  const found: Partial<Record<keyof Draft, Problem>> = {};
  if (!draft.name.trim()) found.name = "required";
  const price = minorUnits(draft.price, currency);
  if (!draft.price.trim()) found.price = "required";
  else if (price === null) found.price = "amount";
  else if (price > LIMITS.price) found.price = "tooMuch";
  const sku = draft.sku.trim();
  if (!sku && !isNew) found.sku = "required";
  else if (sku && !SKU.test(sku)) found.sku = "sku";
  if (draft.kind === "SERVICE") return found;
  if (isNew && draft.stock.trim() && units(draft.stock) === null) found.stock = "units";
  if (draft.threshold.trim() && units(draft.threshold) === null) found.threshold = "units";
  return found;
}

/** The request for a new product. The draft has no problems. */
export function newProduct(draft: Draft, currency: string): NewProduct {
  const goods = draft.kind === "GOODS";
  const stock = goods ? units(draft.stock) : null;
  const threshold = goods ? units(draft.threshold) : null;
  return {
    name: draft.name.trim(),
    description: draft.description.trim(),
    kind: draft.kind,
    price: { amount: minorUnits(draft.price, currency) ?? 0, currency },
    active: draft.active,
    ...(draft.sku.trim() && { sku: draft.sku.trim() }),
    ...(draft.categoryId && { category: draft.categoryId }),
    ...(stock !== null && { stock }),
    ...(threshold !== null && { lowStockThreshold: threshold }),
  };
}

/** Whether two values of a field mean the same, such as "12.5" and "12.50". */
export function sameValue(currency: string) {
  return (field: keyof Draft, a: string | boolean, b: string | boolean): boolean => {
    if (typeof a !== "string" || typeof b !== "string") return a === b;
    if (field !== "price") return a.trim() === b.trim();
    const amount = minorUnits(a, currency);
    return amount === null ? a.trim() === b.trim() : amount === minorUnits(b, currency);
  };
}

/** The fields that the draft changes, and nothing else. The draft has no problems. */
export function patchOf(base: Product, draft: Draft): ProductPatch {
  const { currency } = base.price;
  const was = draftOf(base);
  const same = sameValue(currency);
  const changed = (field: keyof Draft) => !same(field, was[field], draft[field]);
  const patch: ProductPatch = {};
  if (changed("name")) patch.name = draft.name.trim();
  if (changed("description")) patch.description = draft.description.trim();
  if (changed("sku")) patch.sku = draft.sku.trim();
  if (changed("price")) patch.price = { amount: minorUnits(draft.price, currency) ?? 0, currency };
  if (changed("categoryId")) patch.categoryId = draft.categoryId || null;
  // Null stands for the shop's threshold.
  if (changed("threshold")) patch.lowStockThreshold = units(draft.threshold);
  return patch;
}

/** Whether the draft changes anything. */
export function isChanged(base: Product, draft: Draft): boolean {
  return Object.keys(patchOf(base, draft)).length > 0;
}
