import type { Notification, Role } from "@/api/schema";

/** The page that a notification is about. */
export type About =
  | { kind: "order"; orderId: string }
  | { kind: "page"; to: "/pool" | "/account" | "/admin/products" | "/admin/differences" | "/earnings" };

/** Where the reader of a notification can go; null if there is nothing to see. */
export function aboutOf({ type, orderId }: Pick<Notification, "type" | "orderId">, role: Role | null): About | null {
  if (type === "PASSWORD_CHANGED") return { kind: "page", to: "/account" };
  if (type === "PAYOUT_PAID" || type === "PAYOUT_FAILED") return { kind: "page", to: "/earnings" };
  if (type === "PAYMENT_DIFFERENCE") return { kind: "page", to: "/admin/differences" };
  if (type === "STOCK_LOW") return role === "ADMIN" ? { kind: "page", to: "/admin/products" } : null;
  // Somebody may have claimed it meanwhile; the pool says what is left.
  if (type === "ORDER_AVAILABLE" && role === "STAFF") return { kind: "page", to: "/pool" };
  return orderId ? { kind: "order", orderId } : null;
}

/** The number of the order that the server's text names. */
export function numberIn(text: string): string | null {
  return /\bW\d{6}-[0-9A-Z]{7}\b/.exec(text)?.[0] ?? null;
}
