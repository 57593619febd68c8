import { expect, test } from "vitest";
import { textParts } from "./textParts";

const links = (text: string) => textParts(text).flatMap(({ href }) => (href ? [href] : []));

test("finds addresses, and leaves the rest as it is", () => {
  expect(textParts("see https://shop.test/a?b=1#c now")).toEqual([
    { at: 0, text: "see ", href: null },
    { at: 4, text: "https://shop.test/a?b=1#c", href: "https://shop.test/a?b=1#c" },
    { at: 29, text: " now", href: null },
  ]);
  expect(textParts("nothing here")).toEqual([{ at: 0, text: "nothing here", href: null }]);
  expect(textParts("")).toEqual([]);
  expect(links("http://a.test https://b.test/x")).toEqual(["http://a.test/", "https://b.test/x"]);
});

test("the end of a sentence does not belong to the address", () => {
  expect(links("(see https://a.test/b).")).toEqual(["https://a.test/b"]);
  expect(links("https://a.test/b, and")).toEqual(["https://a.test/b"]);
  expect(links("https://en.wikipedia.org/wiki/Mug_(cup)")).toEqual(["https://en.wikipedia.org/wiki/Mug_(cup)"]);
  expect(links("Really https://a.test/?!")).toEqual(["https://a.test/"]);
});

test("only http and https become links, and no markup does", () => {
  for (const text of [
    "javascript:alert(1)",
    "data:text/html,x",
    "ftp://a.test",
    "mailto:a@b.test",
    "xhttps://a.test",
    "https://",
    "http:// a.test",
  ]) {
    expect(links(text), text).toEqual([]);
  }
  expect(
    textParts('<a href="https://a.test">x</a>')
      .map(({ text }) => text)
      .join(""),
  ).toBe('<a href="https://a.test">x</a>');
  expect(links('<a href="https://a.test">x</a>')).toEqual(["https://a.test/"]);
});

test("parts together are the text", () => {
  const text = "a https://b.test/c). https://[bad d";
  expect(
    textParts(text)
      .map((part) => part.text)
      .join(""),
  ).toBe(text);
});
