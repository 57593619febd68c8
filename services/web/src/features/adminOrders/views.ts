import { parse } from "@/ui/searchFields";
import { compact, type OrderFilters, orderFilters } from "./filters";
import { keep } from "./keep";

/** A named address of the list of orders. */
export type View = { id: string; name: string; search: OrderFilters };

export type GivenView = "all" | "unassigned" | "toPrice" | "onHold" | "failed";

/** Lists that every administrator needs. Their names are texts of `adminOrders`. */
export const GIVEN: Record<GivenView, OrderFilters> = {
  all: {},
  unassigned: { status: ["PENDING"], paymentStatus: ["PAID"], kind: ["SERVICE", "MIXED"], unassigned: true },
  toPrice: { status: ["PENDING"], quote: ["REQUESTED"] },
  onHold: { status: ["ON_HOLD"] },
  failed: { status: ["PENDING", "IN_PROGRESS", "ON_HOLD"], paymentStatus: ["FAILED"] },
};

/** The refunds that an administrator has to make by hand. */
export const BY_HAND = { state: ["PENDING" as const], byHand: true };

export const MAX_NAME = 40;

/** Reads stored views; broken ones are left out. */
export function parseViews(text: string | null): View[] {
  try {
    const given: unknown = JSON.parse(text ?? "[]");
    if (!Array.isArray(given)) return [];
    return given.flatMap((one) => {
      const { id, name, search } = one ?? {};
      if (typeof id !== "string" || typeof name !== "string" || typeof search !== "object" || !search) return [];
      return id && name.trim() ? [{ id, name, search: compact(parse(orderFilters, search)) }] : [];
    });
  } catch {
    return [];
  }
}

/** The views of this browser. */
export const keptViews = keep("waybill.orders.views", parseViews);

const sameName = (a: string, b: string) => a.trim().toLowerCase() === b.trim().toLowerCase();

/** The view of this name. */
export function named(views: readonly View[], name: string): View | undefined {
  return views.find((view) => sameName(view.name, name));
}

/** Keeps an address under a name; a view that has the name gets the address. The page is not part of it. */
export function savedView(views: readonly View[], name: string, search: OrderFilters, id: string): View[] {
  const kept = compact({ ...search, cursor: undefined });
  const known = named(views, name);
  if (known) return views.map((view) => (view === known ? { ...view, search: kept } : view));
  return [...views, { id, name: name.trim().slice(0, MAX_NAME), search: kept }];
}

export function renamedView(views: readonly View[], id: string, name: string): View[] {
  return views.map((view) => (view.id === id ? { ...view, name: name.trim().slice(0, MAX_NAME) } : view));
}

export type Deleted = { view: View; index: number };

/** The views without one, and what to give back to undo it. */
export function withoutView(views: readonly View[], id: string): { views: View[]; deleted: Deleted | null } {
  const index = views.findIndex((view) => view.id === id);
  const view = views[index];
  return { views: views.filter((one) => one.id !== id), deleted: view ? { view, index } : null };
}

/** Puts a deleted view back where it was. */
export function restoredView(views: readonly View[], { view, index }: Deleted): View[] {
  return [...views.slice(0, index), view, ...views.slice(index)];
}
