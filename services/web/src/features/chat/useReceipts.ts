import { useState } from "react";
import { useLive } from "@/live/useLive";
import type { Receipts } from "./messages";

/** Receipts outlive a look at another page: the API tells them by events only. */
const known = new Map<string, Receipts>();

/** Up to which message each participant has read. */
export function useReceipts(orderId: string): Receipts {
  const [receipts, setReceipts] = useState<Receipts>(() => known.get(orderId) ?? {});
  useLive("chat:read", (read) => {
    const next = { ...known.get(read.orderId), [read.userId]: read.upTo };
    known.set(read.orderId, next);
    if (read.orderId === orderId) setReceipts(next);
  });
  return receipts;
}
