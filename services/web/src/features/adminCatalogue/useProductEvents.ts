import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { refetchNow, refetchSoon } from "@/api/queryClient";
import type { PageProduct, Product, ProductEvent, StockLowEvent } from "@/api/schema";
import { useCatchUp, useLive } from "@/live/useLive";
import { PRODUCTS } from "./queries";

/** A row with what an event says of it. The event has neither the units on hand nor the threshold: the row's stay until it is loaded. */
export function withEvent(row: Product, event: ProductEvent): Product {
  if (event.id !== row.id) return row;
  if ("version" in event && event.version < row.version) return row;
  return { ...row, ...event };
}

/** Whether the event is of a product that was just created. */
function isNew(event: ProductEvent): event is Product {
  return "version" in event && event.version === 1 && Date.now() - Date.parse(event.createdAt) < 300_000;
}

/**
 * Keeps the shown rows up to date. Created products are only counted, so that the list does not jump; `low` is the newest warning of low
 * stock.
 */
export function useProductEvents(rows: Product[] | undefined) {
  const client = useQueryClient();
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  const [low, setLow] = useState<StockLowEvent | null>(null);
  useLive("product:updated", (event) => {
    if (rows?.some(({ id }) => id === event.id)) {
      client.setQueriesData<PageProduct>(
        { queryKey: ["get", PRODUCTS] },
        (page) => page && { ...page, items: page.items.map((row) => withEvent(row, event)) },
      );
      refetchSoon(PRODUCTS);
    } else if (isNew(event)) {
      setFresh((ids) => new Set(ids).add(event.id));
    }
  });
  useLive("stock:low", (event) => {
    setLow(event);
    refetchSoon(PRODUCTS);
  });
  useCatchUp(() => refetchSoon(PRODUCTS));
  // A product may have come in with another reload.
  const unseen = [...fresh].filter((id) => !rows?.some((row) => row.id === id)).length;
  const showNew = (): void => {
    setFresh(new Set());
    void refetchNow(PRODUCTS);
  };
  return { unseen, showNew, low, closeLow: () => setLow(null) };
}
