import { useEffect, useState } from "react";
import { api } from "@/api/client";
import { queryClient } from "@/api/queryClient";
import { resume, session } from "@/api/session";
import { useSession } from "@/api/useSession";
import { linkToken } from "./guestLink";

/** What somebody sees who opens the page of a guest's order. */
export type GuestAccess =
  /** It is not known yet who they are. */
  | { kind: "checking" }
  | { kind: "open" }
  /** They are signed in, and came by a guest's link: `open` signs them out and opens it. */
  | { kind: "signedIn"; open: (() => Promise<void>) | null }
  /** `ended`: the link was valid once. */
  | { kind: "closed"; ended: boolean };

/**
 * Opens the order of a guest by the token in the address, or by the one that this browser knows. `onTaken` has to remove the token from the
 * address, so that it does not stay in the history.
 */
export function useGuestLink(fragment: string, onTaken: () => void): GuestAccess {
  const [link] = useState(() => linkToken(fragment));
  const [checked, setChecked] = useState(false);
  const caller = useSession();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the link is taken once
  useEffect(() => {
    const take = () => {
      const known = session.get().kind;
      if (link.kind === "valid" && known !== "user") session.beginGuest(link.token, link.seconds);
      if (link.kind !== "none") onTaken();
      setChecked(true);
    };
    resume()
      .catch(() => undefined)
      .then(take);
  }, []);
  if (!checked) return { kind: "checking" };
  if (caller.kind === "guest") return { kind: "open" };
  if (caller.kind === "user") {
    const open = async () => {
      if (link.kind !== "valid") return;
      await api.POST("/api/v1/auth/logout", { body: {} });
      session.end();
      queryClient.clear();
      session.beginGuest(link.token, link.seconds);
    };
    return { kind: "signedIn", open: link.kind === "valid" ? open : null };
  }
  return { kind: "closed", ended: link.kind === "ended" };
}
