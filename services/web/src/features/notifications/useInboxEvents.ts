import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { refetchSoon } from "@/api/queryClient";
import type { Notification } from "@/api/schema";
import { useUser } from "@/api/useSession";
import { live } from "@/live/live";
import { useCatchUp, useLive } from "@/live/useLive";
import { type Change, countNew } from "./changes";
import { COUNT, LIST, onTold, showChange, showCount } from "./inboxQueries";

/** Keeps the number and the lists up to date, in all tabs. Returns the newest notification that arrived. */
export function useInboxEvents(): Notification | null {
  const client = useQueryClient();
  const user = useUser()?.id;
  const counted = useRef(new Set<string>());
  const [newest, setNewest] = useState<Notification | null>(null);
  useLive("notification:new", (notification) => {
    setNewest(notification);
    showCount(client, (count) => countNew(count, notification, counted.current));
    // The number may have been asked for just before the event.
    refetchSoon(COUNT);
  });
  useCatchUp((lost) => {
    const since = newest?.createdAt ?? lost.toISOString();
    live.ask("catch-up", { since }).then(
      ({ unread }) => {
        showCount(client, () => unread);
        refetchSoon(LIST);
      },
      () => refetchSoon(LIST, COUNT),
    );
  });
  const told = useEffectEvent((change: Change) => showChange(client, change));
  useEffect(() => (user ? onTold(user, (change) => told(change)) : undefined), [user]);
  return newest;
}

/** How many have arrived that are not in the list: it loads them when the user asks, so that rows do not jump. */
export function useArrived(rows: readonly Notification[] | undefined): number {
  const [arrived, setArrived] = useState<readonly string[]>([]);
  useLive("notification:new", ({ id }) => setArrived((known) => [...known, id]));
  useEffect(() => {
    const shown = new Set(rows?.map(({ id }) => id));
    setArrived((known) => (known.some((id) => shown.has(id)) ? known.filter((id) => !shown.has(id)) : known));
  }, [rows]);
  return rows ? new Set(arrived).size : 0;
}
