import { useEffect, useRef, useState } from "react";
import type { Order } from "@/api/schema";
import { useCatchUp, useLive } from "@/live/useLive";
import { missedSince } from "./missed";
import { keepSoundReady, playOnce } from "./soundSwitch";

/** Clocks of browsers and servers differ. */
const MARGIN = 10_000;
/** Orders that are remembered, so that none is told of twice. */
const KNOWN = 500;

/**
 * Tells of each new order in the pool by a sound, if it is switched on. Returns the newest one. For every page of a worker: call it once, in
 * the shell. The number in the window's title is the bell's: each of these orders is a notification too.
 */
export function useNewOrderSound(): Order | null {
  const [newest, setNewest] = useState<Order | null>(null);
  const seen = useRef(new Map<string, number>());

  const tell = (order: Order) => {
    if ((seen.current.get(order.id) ?? -1) >= order.version) return;
    seen.current.set(order.id, order.version);
    const [oldest] = seen.current.keys();
    if (seen.current.size > KNOWN && oldest) seen.current.delete(oldest);
    playOnce(`${order.id}:${order.version}`);
    setNewest(order);
  };

  useLive("order:available", tell);
  useCatchUp(async (lost) => {
    const { pool } = await missedSince(lost).catch(() => ({ pool: undefined }));
    const since = lost.getTime() - MARGIN;
    for (const order of pool ?? []) {
      // An order's last change before a claim is nearly always the one that brought it into the pool.
      if (!seen.current.has(order.id) && new Date(order.updatedAt).getTime() >= since) tell(order);
    }
  });

  useEffect(keepSoundReady, []);
  return newest;
}
