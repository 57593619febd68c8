import type { Product } from "@/api/schema";

/** Whether a product can be ordered, as the visitor is told. */
export type Availability =
  /** Archived. */
  | { state: "gone" }
  | { state: "soldOut" }
  /** So few that the number matters. */
  | { state: "few"; left: number }
  | { state: "plenty" }
  /** Without stock. */
  | { state: "service" };

/** Up to this many units the number is shown. */
const FEW = 10;

export function availabilityOf({ active, available }: Pick<Product, "active" | "available">): Availability {
  if (!active) return { state: "gone" };
  if (available === null) return { state: "service" };
  if (available <= 0) return { state: "soldOut" };
  return available <= FEW ? { state: "few", left: available } : { state: "plenty" };
}

export function canBeOrdered(product: Pick<Product, "active" | "available">): boolean {
  const { state } = availabilityOf(product);
  return state !== "gone" && state !== "soldOut";
}
