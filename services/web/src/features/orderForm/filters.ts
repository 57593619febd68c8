import { boolean, catch as fallback, gte, int, lte, object, optional, type output, string } from "zod/mini";

/** The address of the order form: what to begin with. */
export const orderSearch = object({
  /** A product's id. */
  product: fallback(optional(string()), undefined),
  quantity: fallback(optional(int().check(gte(1), lte(1_000_000))), undefined),
  /** Order what is in the cart. */
  cart: fallback(optional(boolean()), undefined),
  /** The title of a request. */
  title: fallback(optional(string()), undefined),
});

export type OrderSearch = output<typeof orderSearch>;
