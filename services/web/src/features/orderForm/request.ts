import type { Address, Contact, NewOrder, SessionMode } from "@/api/schema";
import { type Needs, quantityOf } from "./chosen";
import type { Values } from "./values";

/** The customer of an order, who with `session: "cookie"` is signed in by a cookie instead of by a token in the answer. */
export type Introduction = Contact & { session?: SessionMode };

/** An order as it is sent; who orders is added at last, so that no password is kept with it. */
export type OrderBody = Omit<NewOrder, "contact"> & { contact?: Introduction };

/** What of the form makes it another order: all but the password. */
export function printOf(values: Values): string {
  return JSON.stringify({ ...values, password: "" });
}

/** The order of the form, without who orders it. */
export function orderOf(values: Values, needs: Needs, cartVersion: number | null): OrderBody {
  const { subject } = values;
  return {
    ...(subject === "items" && { items: itemsOf(values) }),
    ...(subject === "cart" && { fromCart: true, ...(cartVersion !== null && { cartVersion }) }),
    ...filled({
      title: subject === "request" ? values.title : "",
      description: needs.wish ? values.description : "",
      specialInstructions: values.instructions,
      estimatedCompletion: needs.wish ? noon(values.wanted) : "",
    }),
    ...(needs.address && { shippingAddress: addressOf(values) }),
  };
}

/** Who orders, for those who are not signed in. */
export function introductionOf(values: Values): Introduction {
  const { email, firstName, password } = values;
  return {
    email: email.trim(),
    firstName: firstName.trim(),
    ...filled({ lastName: values.lastName }),
    ...(password && { password, session: "cookie" }),
  };
}

function itemsOf({ lines }: Values) {
  return lines.map(({ productId, quantity }) => ({ productId, quantity: quantityOf(quantity) }));
}

function addressOf(values: Values): Address {
  return {
    line1: values.line1.trim(),
    city: values.city.trim(),
    country: values.country,
    ...filled({
      name: values.recipient,
      line2: values.line2,
      postalCode: values.postalCode,
      region: values.region,
    }),
  };
}

/** A day without a time means its noon, here. */
function noon(day: string): string {
  return day && new Date(`${day}T12:00:00`).toISOString();
}

/** Leaves out what is empty. */
function filled<K extends string>(texts: Record<K, string>): Partial<Record<K, string>> {
  const entries = Object.entries<string>(texts).map(([name, text]) => [name, text.trim()] as const);
  return Object.fromEntries(entries.filter(([, text]) => text)) as Partial<Record<K, string>>;
}
