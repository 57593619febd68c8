import type { Values } from "./values";

/** What is known about the typed e-mail address: nothing yet, whether it has an account, or that the shop does not say. */
export type Account = "unasked" | "known" | "unknown" | "unsure";

/** Finds what is missing while somebody types. The shop decides what it takes. */
const ADDRESS = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/;

export function isEmail(text: string): boolean {
  const address = text.trim();
  return address.length <= 254 && ADDRESS.test(address);
}

/** What the form offers to somebody who is not signed in. */
export type WhoStep = {
  /** What a password is for. */
  password: "create" | "signIn" | "either";
  /** Whether they can sign in right here. */
  signIn: boolean;
};

export function whoStep(account: Account): WhoStep {
  if (account === "known") return { password: "signIn", signIn: true };
  // It may have an account or not: both ways stay open.
  if (account === "unsure") return { password: "either", signIn: true };
  return { password: "create", signIn: false };
}

/** Somebody with an account typed the password, but no name to order as a guest: they mean to sign in. */
export function meansToSignIn(values: Values, account: Account): boolean {
  return whoStep(account).signIn && values.password !== "" && values.firstName.trim() === "";
}

/** Fewest and most characters of a password. */
export const PASSWORD = { min: 8, max: 128 };

/** Whether the length of a new password is one that the shop takes. It also refuses what is easy to guess. */
export function isPasswordLength(password: string): boolean {
  const length = [...password].length;
  return length >= PASSWORD.min && length <= PASSWORD.max;
}
