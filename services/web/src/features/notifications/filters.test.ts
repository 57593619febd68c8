import { expect, test } from "vitest";
import { parse } from "@/ui/searchFields";
import { inboxSearch } from "./filters";

test("reads the filter, and never breaks", () => {
  expect(parse(inboxSearch, { unread: true, cursor: "abc" })).toEqual({ unread: true, cursor: "abc" });
  expect(parse(inboxSearch, {})).toEqual({});
  expect(parse(inboxSearch, { unread: "maybe", cursor: "a b", other: 1 })).toEqual({});
});
