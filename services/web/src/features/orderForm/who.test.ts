import { expect, test } from "vitest";
import { typed } from "./testing";
import { accountOf } from "./useAccount";
import { isEmail, isPasswordLength, meansToSignIn, whoStep } from "./who";

const answer = { data: { registered: true }, isError: false };

test("an answer counts for the address that was asked about", () => {
  expect(accountOf("ada@shop.test ", "ada@shop.test", "", answer)).toBe("known");
  expect(accountOf("bob@shop.test", "ada@shop.test", "", answer)).toBe("unasked");
  const no = { data: { registered: false }, isError: false };
  expect(accountOf("ada@shop.test", "ada@shop.test", "", no)).toBe("unknown");
  expect(accountOf("ada@shop.test", "ada@shop.test", "", { isError: false })).toBe("unasked");
});

test("without an answer, for instance after too many questions, both ways stay open", () => {
  const account = accountOf("ada@shop.test", "ada@shop.test", "", { isError: true });
  expect(account).toBe("unsure");
  expect(whoStep(account)).toEqual({ password: "either", signIn: true });
});

test("a refused order tells it, too", () => {
  expect(accountOf("ada@shop.test", "", "ada@shop.test", { isError: false })).toBe("known");
  expect(accountOf("", "", "", { isError: false })).toBe("unasked");
});

test("who has an account signs in, who has none may create one", () => {
  expect(whoStep("known")).toEqual({ password: "signIn", signIn: true });
  expect(whoStep("unknown")).toEqual({ password: "create", signIn: false });
  expect(whoStep("unasked")).toEqual({ password: "create", signIn: false });
});

test("a password without a name means signing in, where that is possible", () => {
  const values = typed({ password: "correct horse" });
  expect(meansToSignIn(values, "known")).toBe(true);
  expect(meansToSignIn(values, "unknown")).toBe(false);
  expect(meansToSignIn({ ...values, firstName: "Ada" }, "known")).toBe(false);
  expect(meansToSignIn({ ...values, password: "" }, "known")).toBe(false);
});

test("knows addresses and lengths of passwords as the shop does", () => {
  expect(isEmail(" ada@shop.test")).toBe(true);
  expect(isEmail("ada@")).toBe(false);
  expect(isEmail(`${"a".repeat(250)}@shop.test`)).toBe(false);
  expect(isPasswordLength("1234567")).toBe(false);
  expect(isPasswordLength("🐴🐴🐴🐴🐴🐴🐴")).toBe(false);
  expect(isPasswordLength("12345678")).toBe(true);
  expect(isPasswordLength("a".repeat(129))).toBe(false);
});
