import { useState } from "react";
import { $api } from "@/api/client";
import { type Account, isEmail } from "./who";

type Answer = { data?: { registered: boolean } | undefined; isError: boolean };

/** What an answer about `asked` says of the address that is typed now. */
export function accountOf(typed: string, asked: string, known: string, { data, isError }: Answer): Account {
  const email = typed.trim();
  if (email !== "" && email === known) return "known";
  if (email === "" || email !== asked) return "unasked";
  if (isError) return "unsure";
  if (!data) return "unasked";
  return data.registered ? "known" : "unknown";
}

/**
 * Whether the typed e-mail address has an account. The shop limits these questions, so it is asked once for each address, when its field
 * is left; without an answer the form offers both ways.
 */
export function useAccount(typed: string) {
  const [asked, setAsked] = useState("");
  const [known, setKnown] = useState("");
  const answer = $api.useQuery(
    "get",
    "/api/v1/auth/email-status",
    { params: { query: { email: asked } } },
    { enabled: asked !== "", retry: false, staleTime: Number.POSITIVE_INFINITY, refetchOnWindowFocus: false },
  );
  return {
    account: accountOf(typed, asked, known, answer),
    ask: () => setAsked(isEmail(typed) ? typed.trim() : ""),
    /** The shop told it by refusing an order. */
    isKnown: () => setKnown(typed.trim()),
  };
}
