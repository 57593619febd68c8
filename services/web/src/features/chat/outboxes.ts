import { api, body } from "@/api/client";
import type { Message } from "@/api/schema";
import { session } from "@/api/session";
import { live } from "@/live/live";
import { createOutbox, type Outbox } from "./outbox";
import { MESSAGES } from "./useMessages";

/** Outboxes of this tab. They go on sending when the conversation is no longer shown. */
const outboxes = new Map<string, Outbox>();

/** Who writes: outboxes and drafts are kept for each. A guest's token stands for them, but is no name to keep. */
export function writer(): string | null {
  const state = session.get();
  if (state.kind === "user") return state.user.id;
  return state.kind === "guest" ? "guest" : null;
}

/** By the live connection; without an answer, as a request. The client id keeps it from being stored twice. */
async function deliver(orderId: string, message: { clientId: string; body: string }): Promise<Message> {
  if (live.status() === "online") {
    try {
      return (await live.ask("chat:send", { orderId, ...message })).message;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
  return body(api.POST(MESSAGES, { params: { path: { id: orderId } }, body: message }));
}

/** The outbox of an order's conversation. */
export function outboxOf(orderId: string): Outbox {
  const who = writer();
  const key = `waybill.chat.outbox.${who}.${orderId}`;
  const known = outboxes.get(key);
  if (known) return known;
  const outbox = createOutbox({
    key,
    deliver: (message) => deliver(orderId, message),
    mine: () => writer() === who,
  });
  outboxes.set(key, outbox);
  live.subscribe(() => {
    if (live.status() === "online") outbox.resume();
  });
  outbox.resume();
  return outbox;
}

const draftKey = (orderId: string) => `waybill.chat.draft.${writer()}.${orderId}`;

/** What was typed and not sent: it outlives a look at another page. */
export const draft = {
  get: (orderId: string): string => sessionStorage.getItem(draftKey(orderId)) ?? "",
  keep(orderId: string, text: string): void {
    try {
      if (text) sessionStorage.setItem(draftKey(orderId), text);
      else sessionStorage.removeItem(draftKey(orderId));
    } catch {
      // No room: it is lost with a reload only.
    }
  },
};
