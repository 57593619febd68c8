import type { Socket } from "socket.io-client";
import { ApiError } from "@/api/failure";
import type { SocketRefusal } from "@/api/schema";
import { accessToken, refreshed, session } from "@/api/session";
import type { ClientEvent, ClientEvents, ServerEvent, ServerEvents } from "./events";

/**
 * The one Socket.IO connection of a tab. It exists while somebody is signed in, or a guest looks at their order.
 *
 * `offline` means that the connection is lost and being restored; what changed meanwhile is caught up on by whoever subscribed to
 * `onCatchUp`.
 */
export type LiveStatus = "off" | "connecting" | "online" | "offline";

/** Seconds that an acknowledgement may take. */
const ACK_SECONDS = 5;
/** Longest pause before another try after a refusal, in milliseconds. */
const LONGEST_PAUSE = 30_000;

type Handler = (payload: never) => void;

const handlers = new Map<ServerEvent, Set<Handler>>();
const catchers = new Set<(lost: Date) => void>();
const listeners = new Set<() => void>();
let status: LiveStatus = "off";
let socket: Socket | null = null;
/** The token of the last handshake. */
let used = "";
/** When something was last received. A broken connection is only noticed later, so the time of that would be too late. */
let heard: Date | null = null;
/** Up to when nothing is missing: the time of the connection, or of the last catching up. */
let complete: Date | null = null;
/** Refusals since the last connection that worked. */
let refusals = 0;

function show(next: LiveStatus): void {
  if (next === status) return;
  status = next;
  for (const listener of listeners) listener();
}

function catchUp(since: Date): void {
  heard = new Date();
  complete = heard;
  for (const catcher of catchers) catcher(since);
}

async function start(): Promise<void> {
  show("connecting");
  const client = await import("socket.io-client").catch(() => null);
  if (socket || status === "off") return;
  if (!client) {
    show("offline");
    setTimeout(() => {
      if (status === "offline" && !socket) void start();
    }, 10_000);
    return;
  }
  const opened = client.io({
    transports: ["websocket", "polling"],
    reconnectionDelayMax: 10_000,
    auth: (give) => {
      accessToken()
        .catch(() => null)
        .then((token) => {
          used = token ?? "";
          give({ token: used });
        });
    },
  });
  socket = opened;
  follow(opened);
}

function follow(opened: Socket): void {
  opened.on("connect", () => {
    refusals = 0;
    show("online");
    if (heard) catchUp(heard);
    else {
      heard = new Date();
      complete = heard;
    }
  });
  opened.on("disconnect", (reason) => {
    if (socket !== opened) return;
    show("offline");
    // The server ended it, every 15 minutes with the token; the client library does not come back by itself then.
    if (reason === "io server disconnect") void restart(opened, true);
  });
  opened.on("connect_error", (error) => {
    show("offline");
    if (!opened.active) void refused(opened, error.message.startsWith("UNAUTHENTICATED"));
  });
  opened.io.on("ping", () => {
    heard = new Date();
  });
  opened.onAny((event: ServerEvent, payload: unknown) => {
    for (const handler of handlers.get(event) ?? []) handler(payload as never);
    if (event === "sync") catchUp(complete ?? new Date());
    else heard = new Date();
  });
}

/** The server refused the handshake: the token, or one connection more. */
async function refused(opened: Socket, token: boolean): Promise<void> {
  // A guest's token cannot be renewed.
  if (token && session.get().kind === "guest") {
    if (socket === opened) stop();
    return;
  }
  refusals += 1;
  const pause = refusals === 1 && token ? 0 : Math.min(LONGEST_PAUSE, 1_000 * 2 ** refusals);
  await new Promise((resolve) => setTimeout(resolve, pause));
  if (socket === opened) await restart(opened, token);
}

/** Connects again, with another token if that was the reason; without one the session is over. */
async function restart(ended: Socket, token: boolean): Promise<void> {
  try {
    if (token && session.get().kind === "user" && !(await refreshed(used))) return;
  } catch {
    // The server is away: try again with what there is.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
  }
  if (socket === ended) ended.connect();
}

function stop(): void {
  socket?.disconnect();
  socket = null;
  heard = null;
  complete = null;
  refusals = 0;
  show("off");
}

/** Connects while there is a session, as whoever is signed in. Call it once. */
export function connectWithSession(): void {
  let who = "";
  const switchTo = () => {
    const now = session.get();
    const next = now.kind === "user" ? now.user.id : now.kind === "guest" ? now.token : "";
    if (next === who) return;
    who = next;
    stop();
    if (next) void start();
  };
  session.subscribe(switchTo);
  switchTo();
}

export const live = {
  status: (): LiveStatus => status,
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  on<E extends ServerEvent>(event: E, handler: (payload: ServerEvents[E]) => void): () => void {
    const set = handlers.get(event) ?? new Set();
    handlers.set(event, set);
    set.add(handler as Handler);
    return () => set.delete(handler as Handler);
  },
  /** Calls back when events may have been lost, with the time from which on. */
  onCatchUp(catcher: (lost: Date) => void): () => void {
    catchers.add(catcher);
    return () => catchers.delete(catcher);
  },
  /** Sends an event and waits for its acknowledgement. A refusal throws `ApiError`; no answer throws `TypeError`. */
  async ask<E extends ClientEvent>(event: E, payload: ClientEvents[E][0]): Promise<ClientEvents[E][1]> {
    if (!socket?.connected) throw new TypeError("network: no live connection");
    let answer: ClientEvents[E][1] | SocketRefusal;
    try {
      answer = await socket.timeout(ACK_SECONDS * 1000).emitWithAck(event, payload);
    } catch {
      throw new TypeError("network: no acknowledgement");
    }
    if (!answer.ok) {
      const { code, message, details } = (answer as SocketRefusal).error;
      throw new ApiError({ status: 0, code, message, details });
    }
    return answer as ClientEvents[E][1];
  },
};
