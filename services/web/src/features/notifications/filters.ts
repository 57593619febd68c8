import { boolean, catch as fallback, object, optional, string } from "zod/mini";

/** What the address of the notifications says. */
export const inboxSearch = object({
  unread: fallback(optional(boolean()), undefined),
  cursor: fallback(optional(string()), undefined),
});
