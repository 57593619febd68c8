import type { Order, OrderItem, RefundLine } from "@/api/schema";

type Item = Pick<OrderItem, "kind" | "productId" | "quantity" | "refundedQuantity" | "lineTotal">;

/** Which units of an item are refunded. */
export type Units = { quantity: number; restock: boolean };

/** Nothing yet; what is chosen goes back to the stock, if it has one. */
export function noUnits(order: Pick<Order, "items">): Units[] {
  return order.items.map((item) => ({ quantity: 0, restock: hasStock(item) }));
}

/** Made to order, and work, cannot go back to the stock. */
export function hasStock({ kind, productId }: Pick<Item, "kind" | "productId">): boolean {
  return kind === "GOODS" && productId !== null;
}

export function unitsLeft({ quantity, refundedQuantity }: Item): number {
  return quantity - refundedQuantity;
}

/** What so many units more cost, in minor units: as the server counts, rounded down, so that all units cost what the line costs. */
export function costOf({ quantity, refundedQuantity, lineTotal }: Item, units: number): number {
  const share = (count: number) => (BigInt(lineTotal.amount) * BigInt(count)) / BigInt(quantity);
  return Number(share(refundedQuantity + units) - share(refundedQuantity));
}

/** The chosen lines, and what they cost. */
export function chosen(order: Pick<Order, "items">, units: readonly Units[]): { lines: RefundLine[]; cost: number } {
  const lines = units.map(({ quantity, restock }, position) => ({ position, quantity, restock }));
  const cost = order.items.map((item, place) => costOf(item, units[place]?.quantity ?? 0));
  return { lines: lines.filter(({ quantity }) => quantity > 0), cost: cost.reduce((sum, part) => sum + part, 0) };
}

/** What can be refunded for them, or for none of them, in minor units, of so much that is left of the payment. */
export function mostOf(order: Pick<Order, "items">, units: readonly Units[], left: number): number {
  const { lines, cost } = chosen(order, units);
  return lines.length > 0 ? Math.min(cost, left) : left;
}
