import { ApiError } from "@/api/failure";
import { newId } from "@/api/key";
import type { ErrorCode, Message } from "@/api/schema";

/** Why a message was not taken. */
export type Refusal = { code: ErrorCode; message: string };

/** A message that is not known to be stored. */
export type Waiting = {
  /** Sent twice under the same id, it is stored once. */
  clientId: string;
  body: string;
  at: string;
  /** `waiting`: there was no answer yet; it is sent again by itself. */
  state: "sending" | "waiting" | "refused";
  refusal: Refusal | null;
};

type Options = {
  /** The name under which the messages outlive a reload. */
  key: string;
  deliver: (message: { clientId: string; body: string }) => Promise<Message>;
  /** False: another user is signed in now, in whose name nothing may be sent. */
  mine?: () => boolean;
};

export type Outbox = {
  get: () => readonly Waiting[];
  subscribe: (listener: () => void) => () => void;
  /** Calls back with what the server stored. */
  onStored: (listener: (message: Message) => void) => () => void;
  send: (body: string) => void;
  retry: (clientId: string) => void;
  discard: (clientId: string) => void;
  /** Sends what waits, now: the connection is back. */
  resume: () => void;
};

/** Milliseconds until what got no answer is sent again; longer each time. */
const AGAIN = 5_000;
const LONGEST = 60_000;

/** Errors that pass: the message keeps waiting. */
function passes(error: unknown): boolean {
  if (!(error instanceof ApiError)) return true;
  const codes: ErrorCode[] = ["RATE_LIMITED", "UNAVAILABLE", "UNAUTHENTICATED"];
  return codes.includes(error.code) || error.status >= 502;
}

function kept(key: string): Waiting[] {
  try {
    const all = JSON.parse(sessionStorage.getItem(key) ?? "[]") as Waiting[];
    return all.map((one) => (one.state === "refused" ? one : { ...one, state: "waiting" }));
  } catch {
    return [];
  }
}

function keep(key: string, all: Waiting[]): void {
  try {
    if (all.length > 0) sessionStorage.setItem(key, JSON.stringify(all));
    else sessionStorage.removeItem(key);
  } catch {
    // No room: they are lost with a reload only.
  }
}

/** Sends messages one after the other, and keeps those that could not be sent. One that was refused does not hold up the others. */
export function createOutbox({ key, deliver, mine = () => true }: Options): Outbox {
  let all = kept(key);
  let busy = false;
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const listeners = new Set<() => void>();
  const stored = new Set<(message: Message) => void>();

  const set = (next: Waiting[]) => {
    all = next;
    keep(key, all);
    for (const listener of listeners) listener();
  };
  const change = (clientId: string, to: Partial<Waiting>) =>
    set(all.map((one) => (one.clientId === clientId ? { ...one, ...to } : one)));
  const discard = (clientId: string) => set(all.filter((one) => one.clientId !== clientId));

  /** Returns whether to go on with the next one. */
  const attempt = async ({ clientId, body }: Waiting): Promise<boolean> => {
    try {
      const message = await deliver({ clientId, body });
      failures = 0;
      for (const listener of stored) listener(message);
      discard(clientId);
      return true;
    } catch (error) {
      if (passes(error)) {
        change(clientId, { state: "waiting" });
        failures += 1;
        const asked = error instanceof ApiError && error.retryAfter ? error.retryAfter * 1000 : 0;
        timer = setTimeout(resume, Math.max(asked, Math.min(LONGEST, AGAIN * 2 ** (failures - 1))));
        return false;
      }
      const { code, message } = error as ApiError;
      change(clientId, { state: "refused", refusal: { code, message } });
      return true;
    }
  };
  const resume = () => {
    clearTimeout(timer);
    if (!busy) void run();
  };
  const run = async () => {
    busy = true;
    let next = all.find((one) => one.state !== "refused");
    while (next && mine() && (await attempt(next))) next = all.find((one) => one.state !== "refused");
    busy = false;
  };

  return {
    get: () => all,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onStored(listener) {
      stored.add(listener);
      return () => stored.delete(listener);
    },
    send(body) {
      const message: Waiting = {
        clientId: newId(),
        body,
        at: new Date().toISOString(),
        state: "sending",
        refusal: null,
      };
      set([...all, message]);
      resume();
    },
    retry(clientId) {
      change(clientId, { state: "sending", refusal: null });
      resume();
    },
    discard,
    resume,
  };
}
