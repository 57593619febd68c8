import type { Product } from "@/api/schema";
import { LIMITS, units } from "./productDraft";

/** How much of a product there is, for its mark in lists. */
export type StockState = "none" | "out" | "low" | "fine";

/** `threshold` is the shop's; a product may have its own. Services have no stock. */
export function stockState(product: Product, threshold: number | undefined): StockState {
  const { available } = product;
  if (available === null) return "none";
  if (available <= 0) return "out";
  const least = product.lowStockThreshold ?? threshold;
  return least !== undefined && available < least ? "low" : "fine";
}

/** How a change of stock is typed. `set` is for what was counted. */
export type StockMode = "add" | "remove" | "set";

/** What a typed change would do, or what is wrong with it. */
export type Outcome =
  | { kind: "nothing" }
  | { kind: "invalid" }
  | { kind: "unchanged" }
  | { kind: "reserved"; reserved: number }
  | { kind: "tooMany" }
  | { kind: "change"; delta: number; onHand: number; available: number };

export function outcome(mode: StockMode, typed: string, onHand: number, reserved: number): Outcome {
  if (!typed.trim()) return { kind: "nothing" };
  const amount = units(typed);
  if (amount === null) return { kind: "invalid" };
  const delta = mode === "add" ? amount : mode === "remove" ? -amount : amount - onHand;
  const after = onHand + delta;
  if (delta === 0) return { kind: "unchanged" };
  if (after < reserved) return { kind: "reserved", reserved };
  if (after > LIMITS.units) return { kind: "tooMany" };
  return { kind: "change", delta, onHand: after, available: after - reserved };
}

/** The reasons that occur most, and the kind of change that they go with. */
export const REASONS = [
  { id: "delivery", mode: "add" },
  { id: "counted", mode: "set" },
  { id: "damaged", mode: "remove" },
  { id: "returned", mode: "add" },
] as const satisfies readonly { id: string; mode: StockMode }[];
