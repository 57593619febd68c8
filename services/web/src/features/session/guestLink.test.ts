import { expect, test } from "vitest";
import { claimsOf } from "@/api/session";
import { guestLink, linkToken } from "./guestLink";

const NOW = Date.parse("2026-11-30T12:00:00Z");

function token(claims: object): string {
  const bytes = new TextEncoder().encode(JSON.stringify(claims));
  const part = btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
  return `header.${part}.signature`;
}

const claims = { name: "Ünal Çelik", email: "u@shop.test", guest: true, exp: NOW / 1000 + 60 };

test("a link opens an order as long as its token is valid", () => {
  const valid = token(claims);
  expect(linkToken(`#${valid}`, NOW)).toEqual({ kind: "valid", token: valid, seconds: 60 });
  expect(linkToken(valid, NOW + 60_000)).toEqual({ kind: "ended" });
});

test("a link never opens an account", () => {
  expect(linkToken(`#${token({ ...claims, guest: undefined })}`, NOW)).toEqual({ kind: "none" });
});

test("anything else is no link", () => {
  for (const fragment of ["", "#", "#content", "#a.b.c", `#${token({ guest: true })}`]) {
    expect(linkToken(fragment, NOW)).toEqual({ kind: "none" });
  }
});

test("the token is in the fragment, which is not sent", () => {
  expect(guestLink("1", "token")).toBe("http://shop.test/track/1#token");
});

test("names in a token may have any letters", () => {
  expect(claimsOf(token(claims))).toMatchObject({ name: "Ünal Çelik", email: "u@shop.test", guest: true });
});
