import { useEffect, useEffectEvent, useState, useSyncExternalStore } from "react";
import { OF_ORDER } from "@/api/orders";
import { refetchSoon } from "@/api/queryClient";
import type { File as OrderFile } from "@/api/schema";
import { session } from "@/api/session";
import { upload } from "@/api/upload";
import { type Limits, problemOf } from "./content";
import type { Purpose } from "./rights";
import { createUploadQueue, isBusy, type UploadQueue } from "./uploadQueue";

/** Uploads go on when their order is no longer shown. */
type Kept = { queue: UploadQueue; limits: Limits; onDone: ((file: OrderFile) => void) | null };
const kept = new Map<string, Kept>();

/** Customers have an upload of their own. */
function pathOf(orderId: string, purpose: Purpose): string {
  const order = `/api/v1/orders/${encodeURIComponent(orderId)}`;
  return purpose === "REFERENCE" ? `${order}/customer-media` : `${order}/media?purpose=${purpose}`;
}

function uploadsOf(orderId: string, limits: Limits): Kept {
  const state = session.get();
  const key = `${state.kind === "user" ? state.user.id : state.kind} ${orderId}`;
  const known = kept.get(key);
  if (known) return known;
  const made: Kept = {
    limits,
    onDone: null,
    queue: createUploadQueue({
      check: (file) => problemOf(file, made.limits),
      send: ({ file, purpose }, onProgress, id) => upload(pathOf(orderId, purpose), file, onProgress, {}, id),
      onDone: (file) => {
        made.onDone?.(file);
        refetchSoon(OF_ORDER.media);
      },
    }),
  };
  kept.set(key, made);
  return made;
}

/** The uploads to an order. The browser asks before the page is closed while some are running. */
export function useUploads(orderId: string, limits: Limits, onDone: (file: OrderFile) => void) {
  const [uploads] = useState(() => uploadsOf(orderId, limits));
  const items = useSyncExternalStore(uploads.queue.subscribe, uploads.queue.get);
  const latestDone = useEffectEvent(onDone);
  useEffect(() => {
    const shown = (file: OrderFile) => latestDone(file);
    uploads.onDone = shown;
    return () => {
      if (uploads.onDone === shown) uploads.onDone = null;
    };
  }, [uploads]);
  useEffect(() => {
    uploads.limits = limits;
  }, [uploads, limits]);
  const busy = isBusy(items);
  useEffect(() => {
    if (!busy) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [busy]);
  return { items, queue: uploads.queue };
}
