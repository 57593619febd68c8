import { ApiError, errorOf } from "./failure";
import type { Session, User } from "./schema";

/**
 * Who is signed in, and their access token, which stays in memory. The refresh token is a cookie that scripts cannot read.
 *
 * One tab refreshes at a time, and tells the others the new token, so that they don't spend the one-use refresh token twice.
 */
export type SessionState =
  /** Not known yet: the page was just loaded. */
  | { kind: "unknown" }
  | { kind: "none" }
  /** A guest who ordered: the token reads and pays their orders, and cannot be refreshed. */
  | { kind: "guest"; token: string; until: number }
  | { kind: "user"; user: User; token: string; until: number };

/** Says that a session cookie may be there, so that a visitor's first page does not ask for one. */
const HINT = "waybill.signedIn";
const GUEST = "waybill.guest";
const LOCK = "waybill-refresh";
/** Tokens are renewed this long before they expire. */
const EARLY = 20_000;

type Told = { kind: "session"; session: Session; at: number } | { kind: "ended" } | { kind: "guest" };

let state: SessionState = { kind: "unknown" };
let running: Promise<string | null> | null = null;
const listeners = new Set<() => void>();
const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("waybill-session");

channel?.addEventListener("message", ({ data }: MessageEvent<Told>) => {
  if (data.kind === "session") set(signedIn(data.session, data.at));
  else if (data.kind === "ended") set({ kind: "none" });
  else set(guest() ?? { kind: "none" });
});

function set(next: SessionState): void {
  state = next;
  for (const listener of listeners) listener();
}

function signedIn(session: Session, at: number): SessionState {
  return { kind: "user", user: session.user, token: session.accessToken, until: at + session.expiresIn * 1000 };
}

function guest(): SessionState | null {
  const kept = localStorage.getItem(GUEST);
  if (!kept) return null;
  const { token, until } = JSON.parse(kept) as { token: string; until: number };
  return until > Date.now() ? { kind: "guest", token, until } : null;
}

export const session = {
  get: (): SessionState => state,
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  /** Takes over what signing in or registering answered. */
  begin(answer: Session): void {
    const at = Date.now();
    localStorage.setItem(HINT, "1");
    localStorage.removeItem(GUEST);
    set(signedIn(answer, at));
    channel?.postMessage({ kind: "session", session: answer, at } satisfies Told);
  },
  /** Takes over the token of a guest's order, or of the link to it. */
  beginGuest(token: string, expiresIn: number): void {
    localStorage.setItem(GUEST, JSON.stringify({ token, until: Date.now() + expiresIn * 1000 }));
    set(guest() ?? { kind: "none" });
    channel?.postMessage({ kind: "guest" } satisfies Told);
  },
  /** Forgets the session, in all tabs. */
  end(): void {
    localStorage.removeItem(HINT);
    localStorage.removeItem(GUEST);
    set({ kind: "none" });
    channel?.postMessage({ kind: "ended" } satisfies Told);
  },
  /** Replaces the shown account after a change of the profile. */
  show(user: User): void {
    if (state.kind === "user") set({ ...state, user });
  },
};

/** The access token, renewed if it is about to expire; null without a session. */
export async function accessToken(): Promise<string | null> {
  if (state.kind === "unknown") await resume();
  if (state.kind === "guest" || state.kind === "user") {
    if (state.kind === "guest" || state.until - EARLY > Date.now()) return state.token;
    return refreshed(state.token);
  }
  return null;
}

/** Finds out at the first page whether there is a session. */
export async function resume(): Promise<SessionState> {
  if (state.kind !== "unknown") return state;
  if (localStorage.getItem(HINT)) await refreshed("");
  if (state.kind === "unknown") set(guest() ?? { kind: "none" });
  return state;
}

/** A token other than the one that was refused; null if the session is over. An unreachable server throws. */
export function refreshed(refused: string): Promise<string | null> {
  if (state.kind === "user" && state.token !== refused && state.until > Date.now()) return Promise.resolve(state.token);
  if (state.kind === "guest" || state.kind === "none") return Promise.resolve(null);
  running ??= alone(() => refresh(refused)).finally(() => {
    running = null;
  });
  return running;
}

/** Runs in one tab at a time. Plain HTTP on a name other than localhost has no locks; the server's grace period helps there. */
function alone<T>(work: () => Promise<T>): Promise<T> {
  return navigator.locks ? (navigator.locks.request(LOCK, work) as Promise<T>) : work();
}

async function refresh(refused: string): Promise<string | null> {
  // Another tab may have done it while this one waited; its message arrives before the lock.
  if (state.kind === "user" && state.token !== refused && state.until > Date.now()) return state.token;
  const response = await globalThis.fetch("/api/v1/auth/refresh", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  });
  if (response.ok) {
    const answer = (await response.json()) as Session;
    session.begin(answer);
    return answer.accessToken;
  }
  const error = await errorOf(response);
  // Without a cookie the token is missing (422).
  if (error.status === 401 || error.status === 422) {
    session.end();
    return null;
  }
  throw error;
}

/** Whether an error says that the session is over. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401;
}

/** What an access token says of its bearer. `until` is when it expires, in milliseconds. */
export type Claims = { name: string; email: string; guest: boolean; until: number };

/** Reads a token, to show whose it is; only the server knows whether it is valid. Null if it is none. */
export function claimsOf(token: string): Claims | null {
  try {
    const part = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(part), (letter) => letter.charCodeAt(0));
    const { name, email, guest, exp } = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof exp !== "number") return null;
    return { name: String(name ?? ""), email: String(email ?? ""), guest: guest === true, until: exp * 1000 };
  } catch {
    return null;
  }
}
