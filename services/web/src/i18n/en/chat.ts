import { plural } from "../language";

/** The conversation of an order. */
export const chat = {
  part: "chat" as const,
  title: "Messages",
  log: "Conversation",
  loading: "The conversation is loading",
  you: "You",
  somebody: "Somebody",
  today: "Today",
  yesterday: "Yesterday",
  unread: "Unread",
  older: "Earlier messages",
  loadingOlder: "Earlier messages are loading",
  empty: "No messages yet. Ask a question, or say what matters for this order.",
  below: (count: number) => plural(count, { one: "1 new message", other: `${count} new messages` }),
  toNewest: "To the newest message",
  isTyping: (names: string, count: number) =>
    plural(count, { one: `${names} is typing …`, other: `${names} are typing …` }),
  here: (names: string, count: number) => plural(count, { one: `${names} is here`, other: `${names} are here` }),
  read: "Read",
  readBy: (names: string) => `Read by ${names}`,
  // Writing
  write: "Message",
  send: "Send",
  keys: "Enter sends, Shift + Enter begins a new line.",
  offline: "No connection. Your message will be sent as soon as it is back.",
  left: (count: number) => plural(count, { one: "1 character left", other: `${count} characters left` }),
  tooLong: (count: number) => plural(count, { one: "1 character too many", other: `${count} characters too many` }),
  nearlyOver: "The message is nearly as long as it may be.",
  over: "The message is too long.",
  sending: "Being sent",
  waiting: "Waiting to be sent",
  refused: "Not sent.",
  discard: "Discard",
  notParticipant: "You no longer take part in this conversation.",
  notYours:
    "The customer, the assigned worker and administrators write here. You do not take part in this conversation.",
  closed: "This order was replaced by another one, and so was its conversation.",
  toReplacement: "To the new order",
  // Lists
  recent: "Recent messages",
  recentEmpty: "No messages",
  recentEmptyHint: "Every order has a conversation. Open an order to write.",
  unreadCount: (count: number) => plural(count, { one: "1 unread", other: `${count} unread` }),
  /** Lines about the order, which the server writes in English. */
  system: (line: string) => line,
};
