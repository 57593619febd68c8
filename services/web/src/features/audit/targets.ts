import type { AuditRecord } from "@/api/schema";
import { shortId } from "@/ui/names";

/** A page that shows what was acted on. */
export type Place =
  | { page: "order"; id: string }
  | { page: "product"; id: string }
  | { page: "user"; id: string }
  | { page: "mails" | "payouts" | "differences" | "settings" | "categories" };

type Acted = Pick<AuditRecord, "targetKind" | "targetId" | "before" | "after">;

/** Where to look at what an act was about; null if no page shows it. */
export function placeOf({ targetKind, targetId, before, after }: Acted): Place | null {
  switch (targetKind) {
    case "order":
    case "product":
      return { page: targetKind, id: targetId };
    case "user":
    case "worker":
      return { page: "user", id: targetId };
    case "delivery":
      return { page: "mails" };
    case "payout":
    case "difference":
      return { page: `${targetKind}s` };
    case "settings":
    case "category":
      return { page: targetKind === "settings" ? "settings" : "categories" };
    default:
      // Payments and files are on the page of what they belong to.
      return placeOfValue("orderId", find("orderId", after, before));
  }
}

const USERS = ["assigneeId", "customerId", "workerId", "userId", "requestedBy"];
const ORDERS = ["orderId", "replacementId", "replacesId", "replacedById"];

/** Where to look at what a field of a state names; null if it names nothing that has a page. */
export function placeOfValue(field: string, value: unknown): Place | null {
  if (typeof value !== "string" || value === "") return null;
  if (USERS.includes(field)) return { page: "user", id: value };
  if (ORDERS.includes(field)) return { page: "order", id: value };
  return field === "productId" ? { page: "product", id: value } : null;
}

/** What people call the target: the number of an order, the name of a product. */
export function targetName({ targetId, before, after }: Acted): string {
  for (const field of ["orderNumber", "order", "name"]) {
    const value = find(field, after, before);
    if (typeof value === "string" && value) return value;
  }
  return shortId(targetId);
}

function find(field: string, ...states: (Record<string, unknown> | null)[]): unknown {
  for (const state of states) if (state?.[field]) return state[field];
  return undefined;
}
