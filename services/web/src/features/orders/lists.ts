import type { QueryClient } from "@tanstack/react-query";
import type { Order, PageOrder } from "@/api/schema";
import { LIST } from "./changeOrder";

/** A page with a newer state of one of its orders; the same page if it does not have the order, or knows a state as new. */
export function patchPage(page: PageOrder, order: Order): PageOrder {
  const known = page.items.find(({ id }) => id === order.id);
  if (!known || known.version >= order.version) return page;
  return { ...page, items: page.items.map((row) => (row.id === order.id ? order : row)) };
}

/** Shows a state of an order in every list that has it. Returns whether one has. */
export function patchLists(client: QueryClient, order: Order): boolean {
  let isKnown = false;
  client.setQueriesData<PageOrder>({ queryKey: ["get", LIST] }, (page) => {
    // Lists that load page by page have another shape.
    if (!Array.isArray(page?.items)) return page;
    isKnown ||= page.items.some(({ id }) => id === order.id);
    return patchPage(page, order);
  });
  return isKnown;
}
