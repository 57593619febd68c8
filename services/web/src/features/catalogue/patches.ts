import type { PageProduct, Product, ProductEvent } from "@/api/schema";

/**
 * The product after an event, or undefined if the event changes nothing that is shown: it is of another product, or older. Stock changes
 * without a new version, so an event of the same version counts. Who is no administrator learns of an archived product only that it is gone.
 */
export function patchedProduct(known: Product, event: ProductEvent): Product | undefined {
  if (known.id !== event.id) return undefined;
  if (!("version" in event)) return known.active ? { ...known, active: false } : undefined;
  return event.version < known.version ? undefined : { ...known, ...event };
}

/** A page of products after an event. Rows stay where they are, whatever the filters say now: nothing jumps below the pointer. */
export function patchedPage(known: PageProduct, event: ProductEvent): PageProduct | undefined {
  const index = known.items.findIndex(({ id }) => id === event.id);
  const row = known.items[index];
  const next = row && patchedProduct(row, event);
  return next && { ...known, items: known.items.with(index, next) };
}
