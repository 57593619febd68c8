import type { Message, Person } from "@/api/schema";

/** What the log shows, from top to bottom. */
export type Line =
  | { kind: "day"; key: string; time: string }
  | { kind: "unread"; key: string }
  | { kind: "system"; key: string; message: Message }
  | { kind: "group"; key: string; author: Person; own: boolean; messages: Message[] };

/** Messages of one author within this many milliseconds stand together. */
const TOGETHER = 10 * 60_000;

const dayOf = (message: Message) => new Date(message.createdAt).toDateString();

/** Groups messages by day and author. The line "unread" is above the message `divider`. */
export function linesOf(messages: readonly Message[], me: string | null, divider: string | null): Line[] {
  const lines: Line[] = [];
  let before: Message | undefined;
  for (const message of messages) {
    if (!before || dayOf(before) !== dayOf(message)) {
      lines.push({ kind: "day", key: `day ${message.id}`, time: message.createdAt });
    }
    if (message.id === divider) lines.push({ kind: "unread", key: "unread" });
    const last = lines.at(-1);
    const near = before && Date.parse(message.createdAt) - Date.parse(before.createdAt) < TOGETHER;
    if (!message.author) {
      lines.push({ kind: "system", key: message.id, message });
    } else if (last?.kind === "group" && last.author.id === message.author.id && near) {
      last.messages.push(message);
    } else {
      const { author } = message;
      lines.push({ kind: "group", key: message.id, author, own: author.id === me, messages: [message] });
    }
    before = message;
  }
  return lines;
}
