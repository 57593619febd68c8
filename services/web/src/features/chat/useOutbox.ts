import { useEffect, useSyncExternalStore } from "react";
import type { Message } from "@/api/schema";
import type { Outbox, Waiting } from "./outbox";

/** What waits in the outbox. `onStored` gets what the server stored, before it leaves the outbox. */
export function useOutbox(outbox: Outbox, onStored: (message: Message) => void): readonly Waiting[] {
  useEffect(() => outbox.onStored(onStored), [outbox, onStored]);
  return useSyncExternalStore(outbox.subscribe, outbox.get);
}
