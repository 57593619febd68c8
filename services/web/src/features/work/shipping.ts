import type { NewShipment, Order, Shipment, ShipmentState } from "@/api/schema";

/** Units of a product that are in no shipment. */
export type Unshipped = { productId: string; name: string; quantity: number };

/** Why nothing can be shipped now. */
export type NoShipping = "noGoods" | "over" | "held" | "notPaid";

/** The states that can follow. */
export const NEXT_STATES: Record<ShipmentState, ShipmentState[]> = {
  PREPARING: ["SHIPPED", "CANCELLED"],
  SHIPPED: ["DELIVERED", "CANCELLED"],
  DELIVERED: [],
  CANCELLED: [],
};

/** Carriers whose tracking page the shop knows: it is made from the number. */
export const CARRIERS = ["DHL", "UPS", "FedEx", "USPS", "DPD", "GLS"];

/** Why an order cannot be shipped now; null if it can. */
export function noShipping(order: Pick<Order, "kind" | "status" | "paymentStatus">): NoShipping | null {
  if (order.kind === "SERVICE") return "noGoods";
  if (order.status === "CANCELLED") return "over";
  if (order.status === "ON_HOLD") return "held";
  return order.paymentStatus === "PAID" || order.paymentStatus === "PARTIALLY_REFUNDED" ? null : "notPaid";
}

/** Goods that are in no shipment and were not refunded; cancelled shipments don't count. Lines of quotes have no stock and are not shipped here. */
export function unshipped(order: Pick<Order, "items">, shipments: readonly Shipment[]): Unshipped[] {
  const left = new Map<string, Unshipped>();
  for (const { productId, name, kind, quantity: ordered, refundedQuantity } of order.items) {
    if (kind !== "GOODS" || !productId) continue;
    const quantity = ordered - refundedQuantity;
    left.set(productId, { productId, name, quantity: (left.get(productId)?.quantity ?? 0) + quantity });
  }
  for (const line of shipments.filter(({ state }) => state !== "CANCELLED").flatMap(({ lines }) => lines)) {
    const units = left.get(line.productId);
    if (units) units.quantity -= line.quantity;
  }
  return [...left.values()].filter(({ quantity }) => quantity > 0);
}

export type ShipmentLineDraft = Unshipped & { pack: number | string };

export type ShipmentDraft = {
  lines: ShipmentLineDraft[];
  carrier: string;
  trackingNumber: string;
  trackingUrl: string;
  note: string;
};

/** A new shipment with everything that is left. */
export function shipmentDraft(left: readonly Unshipped[]): ShipmentDraft {
  const lines = left.map((line) => ({ ...line, pack: line.quantity }));
  return { lines, carrier: "", trackingNumber: "", trackingUrl: "", note: "" };
}

/** Lines with something in them, with their places in the form. */
export function packed(draft: ShipmentDraft): { index: number; productId: string; quantity: number }[] {
  const lines = draft.lines.map(({ productId, pack }, index) => ({ index, productId, quantity: Number(pack) || 0 }));
  return lines.filter(({ quantity }) => quantity > 0);
}

/** What to send; empty fields are left out. */
export function shipmentBody(draft: ShipmentDraft, state: "PREPARING" | "SHIPPED"): NewShipment {
  return {
    state,
    lines: packed(draft).map(({ productId, quantity }) => ({ productId, quantity })),
    carrier: draft.carrier.trim() || null,
    trackingNumber: draft.trackingNumber.trim() || null,
    trackingUrl: draft.trackingUrl.trim() || null,
    note: draft.note.trim() || null,
  };
}

/** The field of the form that a complaint about a sent shipment is about: `lines[0]` is the first line that was sent. */
export function shipmentField(name: string, draft: ShipmentDraft): string {
  const match = /^lines\[(\d+)\]/.exec(name);
  if (!match) return name;
  const line = packed(draft)[Number(match[1])];
  return line ? `lines.${line.index}.pack` : "lines";
}
