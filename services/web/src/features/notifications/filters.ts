import { cursor, flag, object } from "@/ui/searchFields";

/** What the address of the notifications says. */
export const inboxSearch = object({ unread: flag(), cursor: cursor() });
