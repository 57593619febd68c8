import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { ApiError } from "@/api/failure";
import { newId } from "@/api/key";
import { refetchNow } from "@/api/queryClient";
import type { Product } from "@/api/schema";
import { type Upload, upload } from "@/api/upload";
import { PRODUCTS, showProduct } from "./queries";

/** A picture that is chosen but not in the shop yet. */
export type Waiting = {
  key: string;
  /** The `Idempotency-Key` of the attempt, kept for a repeat after a lost answer. */
  attempt: string;
  file: File;
  /** A URL of the file, for its preview. */
  preview: string;
  alt: string;
  /** The sent share; null while it is not being sent. */
  share: number | null;
  error: unknown;
};

/** Chosen pictures, sent one after the other so that they keep their order. Those that fail stay for another try. */
export function useUploads(productId: string) {
  const client = useQueryClient();
  const [waiting, setWaiting] = useState<Waiting[]>([]);
  const [sending, setSending] = useState(false);
  const current = useRef<Upload<Product> | null>(null);
  const stopped = useRef(false);
  const forget = useEffectEvent(() => {
    stopped.current = true;
    current.current?.abort();
    for (const { preview } of waiting) URL.revokeObjectURL(preview);
  });
  useEffect(() => () => forget(), []);

  const update = (key: string, change: Partial<Waiting>) =>
    setWaiting((list) => list.map((one) => (one.key === key ? { ...one, ...change } : one)));
  const drop = (one: Waiting) => {
    URL.revokeObjectURL(one.preview);
    setWaiting((list) => list.filter(({ key }) => key !== one.key));
  };
  const add = (files: File[]) =>
    setWaiting((list) => [
      ...list,
      ...files.map((file) => ({
        key: newId(),
        attempt: newId(),
        file,
        preview: URL.createObjectURL(file),
        alt: "",
        share: null,
        error: null,
      })),
    ]);

  const sendOne = async (one: Waiting): Promise<void> => {
    const alt = one.alt.trim();
    update(one.key, { share: 0, error: null });
    const path = `/api/v1/products/${productId}/images`;
    const fields: Record<string, string> = alt ? { alt } : {};
    const progress = (share: number) => update(one.key, { share });
    const started = upload<Product>(path, one.file, progress, fields, one.attempt);
    current.current = started;
    try {
      showProduct(client, await started.done);
      drop(one);
    } catch (error) {
      const again = error instanceof ApiError && error.status < 500 ? { attempt: newId() } : {};
      update(one.key, { share: null, error: stopped.current ? null : error, ...again });
    }
  };
  const send = async (): Promise<void> => {
    stopped.current = false;
    setSending(true);
    for (const one of waiting) {
      if (!stopped.current) await sendOne(one);
    }
    setSending(false);
    void refetchNow(PRODUCTS);
  };
  const stop = () => {
    stopped.current = true;
    current.current?.abort();
  };
  return { waiting, sending, add, drop, update, send, stop };
}
