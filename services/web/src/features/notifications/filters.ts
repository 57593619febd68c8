import { object } from "zod/mini";
import { cursor, flag } from "@/ui/searchFields";

/** What the address of the notifications says. */
export const inboxSearch = object({ unread: flag(), cursor: cursor() });
