import { sampleOrder, sampleProduct, sampleUser, usd } from "@/testing/samples";
import { EMPTY, type Values } from "./values";

/** Goods for 12 dollars, five of them in stock. */
export const mug = sampleProduct({ id: "aaaaaaaa-1111-4111-8111-111111111111", price: usd(1_200), available: 5 });

/** A service for 50 dollars. */
export const logo = sampleProduct({
  id: "bbbbbbbb-1111-4111-8111-111111111111",
  sku: "LOGO",
  name: "Logo design",
  kind: "SERVICE",
  price: usd(5_000),
  available: null,
});

/** A placed order; the form uses its id only. */
export const placed = sampleOrder({ guest: true });

export const ada = sampleUser();

/** The form with something typed into it. */
export function typed(change: Partial<Values> = {}): Values {
  return { ...EMPTY, ...change };
}
