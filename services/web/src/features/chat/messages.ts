import type { Message } from "@/api/schema";

/** Oldest first; of the same moment, by id. */
export function compare(one: Message, other: Message): number {
  const time = Date.parse(one.createdAt) - Date.parse(other.createdAt);
  if (time !== 0) return time;
  if (one.id === other.id) return 0;
  return one.id < other.id ? -1 : 1;
}

/** What pages, events and answers brought as one list, oldest first, each message once. */
export function merge(...sources: (readonly Message[])[]): Message[] {
  const byId = new Map<string, Message>();
  for (const message of sources.flat()) byId.set(message.id, message);
  return [...byId.values()].sort(compare);
}

/** Those after the newest one of `messages`: what a page that was loaded later does not have. */
export function after(messages: readonly Message[], heard: readonly Message[]): Message[] {
  const newest = messages.reduce<Message | null>((last, one) => (last && compare(last, one) > 0 ? last : one), null);
  return newest ? heard.filter((message) => compare(message, newest) > 0) : [...heard];
}

/** Those of the outbox that are not stored yet, as far as is known. */
export function unsent<T extends { clientId: string }>(outbox: readonly T[], messages: readonly Message[]): T[] {
  const stored = new Set(messages.map((message) => message.clientId));
  return outbox.filter(({ clientId }) => !stored.has(clientId));
}

/** Whether somebody else wrote it: neither the reader nor the system. */
export function isForeign(message: Message, me: string | null): boolean {
  return message.author !== null && message.author.id !== me;
}

/** The newest message of somebody else. */
export function newestForeign(messages: readonly Message[], me: string | null): Message | undefined {
  return messages.findLast((message) => isForeign(message, me));
}

/** The first of the last `count` messages of others: where the unread ones begin. */
export function firstUnread(messages: readonly Message[], me: string | null, count: number): string | null {
  if (count <= 0) return null;
  return messages.filter((message) => isForeign(message, me)).at(-count)?.id ?? messages[0]?.id ?? null;
}

/** How many messages of others follow the one with this id. */
export function foreignAfter(messages: readonly Message[], me: string | null, id: string | undefined): number {
  const index = messages.findIndex((message) => message.id === id);
  return messages.slice(index + 1).filter((message) => isForeign(message, me)).length;
}

/** Up to which message each user has read. */
export type Receipts = Readonly<Record<string, string>>;

/** The last own message that somebody else has read, and the ids of those who have. */
export function lastRead(
  messages: readonly Message[],
  receipts: Receipts,
  me: string | null,
): { id: string; readers: string[] } | null {
  const others = Object.entries(receipts).filter(([user]) => user !== me);
  const read = others.map(([user, upTo]) => ({ user, index: messages.findIndex(({ id }) => id === upTo) }));
  const furthest = Math.max(-1, ...read.map(({ index }) => index));
  const index = messages.findLastIndex((message, at) => at <= furthest && message.author?.id === me);
  const message = messages[index];
  if (!message || me === null) return null;
  return { id: message.id, readers: read.filter((one) => one.index >= index).map(({ user }) => user) };
}
