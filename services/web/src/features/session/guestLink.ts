import { claimsOf } from "@/api/session";

/** The link to a guest's order. Its token is in the fragment, which browsers do not send to servers. */
export function guestLink(orderId: string, token: string): string {
  return `${location.origin}/track/${orderId}#${token}`;
}

/** What the fragment of a guest's link gives. */
export type LinkToken =
  /** `seconds`: how long the token is valid. */
  { kind: "valid"; token: string; seconds: number } | { kind: "ended" } | { kind: "none" };

/** Reads the fragment of an address, with or without its #. */
export function linkToken(fragment: string, now = Date.now()): LinkToken {
  const token = fragment.replace(/^#/, "");
  const claims = claimsOf(token);
  // A link opens what a guest ordered, and never somebody's account.
  if (!claims?.guest) return { kind: "none" };
  const seconds = Math.floor((claims.until - now) / 1000);
  return seconds > 0 ? { kind: "valid", token, seconds } : { kind: "ended" };
}
