import { describe, expect, test } from "vitest";
import type { Order } from "@/api/schema";
import { sampleOrder, sampleQuote } from "@/testing/samples";
import { type Draft, draftOf, endsOffer, merge, patchOf } from "./editDraft";

const address = {
  name: null,
  line1: "1 Main St",
  line2: null,
  postalCode: "10115",
  city: "Berlin",
  region: null,
  country: "DE",
};

function patched(order: Order, change: Partial<Draft>) {
  return patchOf(order, { ...draftOf(order), ...change });
}

describe("the patch", () => {
  const order = sampleOrder({ shippingAddress: address, estimatedCompletion: new Date(2026, 11, 24, 9).toISOString() });

  test("is nothing for what was read", () => {
    expect(patched(order, {})).toBeNull();
    expect(patched(order, { title: "  Logo for a bakery " })).toBeNull();
  });

  test("has only what was changed", () => {
    expect(patched(order, { title: "Logo" })).toEqual({ title: "Logo" });
    expect(patched(order, { description: "" })).toEqual({ description: null });
    expect(patched(order, { specialInstructions: "Ring twice" })).toEqual({ specialInstructions: "Ring twice" });
  });

  test("has the wanted day as its start, and null to clear it", () => {
    expect(patched(order, { wanted: "2026-12-31" })).toEqual({
      estimatedCompletion: new Date(2026, 11, 31).toISOString(),
    });
    expect(patched(order, { wanted: "" })).toEqual({ estimatedCompletion: null });
  });

  test("has the whole address if a part of it was changed, and null if all of it was cleared", () => {
    expect(patched(order, { city: "Potsdam" })).toEqual({ shippingAddress: { ...address, city: "Potsdam" } });
    const empty = { name: "", line1: "", line2: "", postalCode: "", city: "", region: "", country: "" };
    expect(patched(order, empty)).toEqual({ shippingAddress: null });
  });

  test("has all lines if a quantity was changed, without those of zero", () => {
    const line = { ...sampleOrder().items[0], kind: "GOODS" as const };
    const two = sampleOrder({
      items: [
        { ...line, productId: "a" },
        { ...line, productId: "b" },
      ] as Order["items"],
    });
    expect(patched(two, { quantities: { a: "3", b: "1" } })).toEqual({
      items: [
        { productId: "a", quantity: 3 },
        { productId: "b", quantity: 1 },
      ],
    });
    expect(patched(two, { quantities: { a: "0", b: "1" } })).toEqual({ items: [{ productId: "b", quantity: 1 }] });
  });

  test("leaves the lines of a paid order, and those of a quote, alone", () => {
    const paid = sampleOrder({ paymentStatus: "PAID" });
    expect(patched(paid, { quantities: { "0190-logo": "3" } })).toBeNull();
    const quoted = sampleOrder({ items: sampleOrder().items.map((item) => ({ ...item, productId: null })) });
    expect(draftOf(quoted).quantities).toEqual({});
  });
});

test("an edit of what an offer is for ends it", () => {
  const order = sampleOrder({ quote: sampleQuote(), shippingAddress: address });
  expect(endsOffer(order, { title: "Other" })).toBe(true);
  expect(endsOffer(order, { shippingAddress: { ...address, line1: "2 Main St" } })).toBe(false);
  expect(endsOffer(order, { shippingAddress: { ...address, city: "Potsdam" } })).toBe(true);
  expect(endsOffer(order, null)).toBe(false);
  expect(endsOffer(sampleOrder(), { title: "Other" })).toBe(false);
  const requested = sampleOrder({ quote: sampleQuote({ state: "REQUESTED" }) });
  expect(endsOffer(requested, { title: "Other" })).toBe(false);
  const paid = sampleOrder({ quote: sampleQuote({ state: "ACCEPTED" }), paymentStatus: "PAID" });
  expect(endsOffer(paid, { title: "Other" })).toBe(false);
});

describe("merging", () => {
  const base = draftOf(sampleOrder());

  test("follows what was not touched, and keeps what was typed", () => {
    const typed = { ...base, title: "My title" };
    const theirs = { ...base, description: "Cold colours." };
    expect(merge(base, typed, theirs)).toEqual({
      draft: { ...base, title: "My title", description: "Cold colours." },
      clashes: new Map(),
    });
  });

  test("tells what both changed, and keeps the typed value", () => {
    const typed = { ...base, title: "My title", quantities: { "0190-logo": "3" } };
    const theirs = { ...base, title: "Their title", quantities: { "0190-logo": "2" } };
    const { draft, clashes } = merge(base, typed, theirs);
    expect(draft).toEqual(typed);
    expect([...clashes]).toEqual([
      ["title", "Their title"],
      ["quantities.0190-logo", "2"],
    ]);
  });

  test("both changing the same way is no clash", () => {
    const both = { ...base, title: "Same" };
    expect(merge(base, both, both).clashes.size).toBe(0);
  });

  test("drops quantities of lines that are gone", () => {
    const typed = { ...base, quantities: { "0190-logo": "3" } };
    expect(merge(base, typed, { ...base, quantities: {} }).draft.quantities).toEqual({});
  });
});
