import type { OrderSearch } from "./filters";

export type Line = { productId: string; quantity: string };

/** What is ordered: chosen products, the cart, or something that has no price yet. */
export type Subject = "items" | "cart" | "request";

/** What is typed into the form. */
export type Values = {
  subject: Subject;
  lines: Line[];
  title: string;
  description: string;
  instructions: string;
  /** As yyyy-mm-dd, or empty. */
  wanted: string;
  email: string;
  firstName: string;
  lastName: string;
  password: string;
  recipient: string;
  line1: string;
  line2: string;
  postalCode: string;
  city: string;
  region: string;
  country: string;
};

export const EMPTY: Values = {
  subject: "items",
  lines: [],
  title: "",
  description: "",
  instructions: "",
  wanted: "",
  email: "",
  firstName: "",
  lastName: "",
  password: "",
  recipient: "",
  line1: "",
  line2: "",
  postalCode: "",
  city: "",
  region: "",
  country: "",
};

/** The form at first: the draft, with what the link to the form asks for. */
export function startValues(draft: Values, start: OrderSearch): Values {
  if (start.cart) return { ...draft, subject: "cart" };
  if (start.product) {
    const { product, quantity } = start;
    const others = draft.lines.filter((line) => line.productId !== product);
    const known = draft.lines.find((line) => line.productId === product);
    const line = { productId: product, quantity: String(quantity ?? known?.quantity ?? 1) };
    return { ...draft, subject: "items", lines: [...others, line] };
  }
  if (start.title !== undefined) return { ...draft, subject: "request", title: start.title };
  return draft;
}
