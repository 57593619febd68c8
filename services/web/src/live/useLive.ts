import { useEffect, useEffectEvent, useSyncExternalStore } from "react";
import type { ServerEvent, ServerEvents } from "./events";
import { type LiveStatus, live } from "./live";

export function useLiveStatus(): LiveStatus {
  return useSyncExternalStore(live.subscribe, live.status);
}

/** Calls `handler` for each event of this name while the component is shown. */
export function useLive<E extends ServerEvent>(event: E, handler: (payload: ServerEvents[E]) => void): void {
  const latest = useEffectEvent(handler);
  useEffect(() => live.on(event, (payload) => latest(payload)), [event]);
}

/** Calls `handler` after an outage. */
export function useCatchUp(handler: (lost: Date) => void): void {
  const latest = useEffectEvent(handler);
  useEffect(() => live.onCatchUp((lost) => latest(lost)), []);
}
