import { expect, test } from "vitest";
import { parse } from "@/ui/searchFields";
import { orderSearch } from "./tabs";

test("the address of an order keeps its tab, and ignores what is none", () => {
  expect(parse(orderSearch, { tab: "chat" })).toEqual({ tab: "chat" });
  expect(parse(orderSearch, { tab: "secrets" }).tab).toBeUndefined();
  expect(parse(orderSearch, { tab: ["chat"] }).tab).toBeUndefined();
  expect(parse(orderSearch, {}).tab).toBeUndefined();
});
