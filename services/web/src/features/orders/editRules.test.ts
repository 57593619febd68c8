import { expect, test } from "vitest";
import { sampleOrder } from "@/testing/samples";
import { draftOf } from "./editDraft";
import { complaintsOf, problemsOf } from "./editRules";

const WORDS = { required: "required", wholeNumber: "number", needsContents: "contents" };
const draft = draftOf(sampleOrder());

test("what was read is right", () => expect(problemsOf(draft, WORDS)).toEqual({}));

test.each(["", "-1", "1.5", "two", "1000001"])("%o is no quantity", (typed) => {
  expect(problemsOf({ ...draft, quantities: { a: typed } }, WORDS)).toEqual({ "quantities.a": "number" });
});

test("zero takes a line away, but something has to be left", () => {
  const none = { ...draft, quantities: { a: "0" } };
  expect(problemsOf(none, WORDS)).toEqual({});
  const nothing = { ...none, title: " ", description: "" };
  expect(problemsOf(nothing, WORDS)).toEqual({ title: "contents" });
  expect(problemsOf(nothing, WORDS, true)).toEqual({});
});

test("a part of an address needs the rest", () => {
  expect(problemsOf({ ...draft, postalCode: "10115" }, WORDS)).toEqual({
    line1: "required",
    city: "required",
    country: "required",
  });
  expect(problemsOf({ ...draft, line1: "1 Main St", city: "Berlin", country: "DE" }, WORDS)).toEqual({});
});

test("complaints of the server find their fields", () => {
  const details = [
    { field: "items[1].quantity", message: "only 2 of Mug are left" },
    { field: "items[1].productId", message: "no such product can be ordered" },
    { field: "shippingAddress.city", message: "is required" },
    { field: "estimatedCompletion", message: "must not lie in the past" },
  ];
  expect(complaintsOf(details, ["a", "b"])).toEqual({
    "quantities.b": "Only 2 of Mug are left.",
    city: "Is required.",
    wanted: "Must not lie in the past.",
  });
});
