import type { Message } from "@/api/schema";

/** A message for tests: `author` is an id, or null for a system line; `seconds` after noon. */
export function message(id: string, seconds: number, author: string | null = "ada"): Message {
  return {
    id,
    orderId: "order",
    author: author === null ? null : { id: author, name: author, role: "CUSTOMER" },
    body: `body of ${id}`,
    createdAt: new Date(Date.UTC(2026, 10, 30, 12) + seconds * 1000).toISOString(),
    clientId: null,
    attachments: [],
  };
}
