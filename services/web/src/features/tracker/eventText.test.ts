import { expect, test } from "vitest";
import type { OrderEvent } from "@/api/schema";
import { de } from "@/i18n/de/index";
import { tracker } from "@/i18n/en/tracker";
import { remarkText, sentenceOf } from "./eventText";

const EVENTS = Object.keys(tracker.events) as OrderEvent[];

test.each(EVENTS)("%s has a sentence in both languages", (event) => {
  const item = { event, from: null, to: null };
  expect(sentenceOf(tracker, item)).toMatch(/\w/);
  expect(sentenceOf(de.tracker, item)).toMatch(/\w/);
});

test("a change of the status is told by what it is now", () => {
  expect(sentenceOf(tracker, { event: "STATUS_CHANGED", from: "PENDING", to: "ON_HOLD" })).toBe("Put on hold");
  expect(sentenceOf(tracker, { event: "STATUS_CHANGED", from: "ON_HOLD", to: "IN_PROGRESS" })).toBe(
    "Goes on after the hold",
  );
  expect(sentenceOf(tracker, { event: "STATUS_CHANGED", from: "PENDING", to: "IN_PROGRESS" })).toBe("Work began");
});

test("a refund of a part is told as such", () => {
  expect(sentenceOf(tracker, { event: "REFUNDED", from: "PAID", to: "PARTIALLY_REFUNDED" })).toBe(
    "A part of the payment was refunded",
  );
  expect(sentenceOf(tracker, { event: "REFUNDED", from: "PAID", to: "REFUNDED" })).toBe("Payment refunded");
});

test("remarks of the software are translated, those of people are not", () => {
  const changed = { kind: "changed", parts: ["title", "wanted date"], total: null } as const;
  expect(remarkText(de.tracker, { ...changed, parts: [...changed.parts] })).toBe("Geändert: Titel, Wunschtermin");
  expect(remarkText(de.tracker, { kind: "said", text: "Thank you" })).toBe("Thank you");
});
