import { useSyncExternalStore } from "react";
import type { Role, User } from "./schema";
import { type SessionState, session } from "./session";

export function useSession(): SessionState {
  return useSyncExternalStore(session.subscribe, session.get);
}

/** The signed-in account, or null. */
export function useUser(): User | null {
  const state = useSession();
  return state.kind === "user" ? state.user : null;
}

export function useRole(): Role | null {
  return useUser()?.role ?? null;
}
