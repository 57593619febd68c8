import { flag, type Infer, id, object, text } from "@/ui/searchFields";

/** The largest quantity of a line. */
const MOST = 1_000_000;

/** The address of the order form: what to begin with. */
export const orderSearch = object({
  /** A product's id. */
  product: id(),
  quantity: (given: unknown) =>
    typeof given === "number" && Number.isInteger(given) && given >= 1 && given <= MOST ? given : undefined,
  /** Order what is in the cart. */
  cart: flag(),
  /** The title of a request. */
  title: text(200),
});

export type OrderSearch = Infer<typeof orderSearch>;
