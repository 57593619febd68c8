import type { Address, EditedLine, Order, OrderEdit } from "@/api/schema";
import { localDay } from "@/ui/format";
import { isDue } from "@/ui/orderFacts";

/** The fields of the form that edits an order, as they are typed. */
export type Draft = {
  title: string;
  description: string;
  specialInstructions: string;
  /** The wanted day as YYYY-MM-DD. */
  wanted: string;
  name: string;
  line1: string;
  line2: string;
  postalCode: string;
  city: string;
  region: string;
  country: string;
  /** By product. */
  quantities: Record<string, string>;
};

const ADDRESS = ["name", "line1", "line2", "postalCode", "city", "region", "country"] as const;
type AddressField = (typeof ADDRESS)[number];

export function draftOf(order: Order): Draft {
  const address = order.shippingAddress;
  const quantities: Record<string, string> = {};
  for (const { productId, quantity } of order.items) {
    // Two lines of one product are edited as one.
    if (productId) quantities[productId] = String(quantity + Number(quantities[productId] ?? 0));
  }
  return {
    title: order.title ?? "",
    description: order.description ?? "",
    specialInstructions: order.specialInstructions ?? "",
    wanted: order.estimatedCompletion ? localDay(order.estimatedCompletion) : "",
    name: address?.name ?? "",
    line1: address?.line1 ?? "",
    line2: address?.line2 ?? "",
    postalCode: address?.postalCode ?? "",
    city: address?.city ?? "",
    region: address?.region ?? "",
    country: address?.country ?? "",
    quantities,
  };
}

/** Whether any part of an address is typed; then the rest is required. */
export function hasAddress(draft: Pick<Draft, AddressField>): boolean {
  return ADDRESS.some((field) => draft[field].trim() !== "");
}

function addressOf(draft: Draft): Address | null {
  if (!hasAddress(draft)) return null;
  const typed = (field: AddressField) => draft[field].trim();
  return {
    name: typed("name") || null,
    line1: typed("line1"),
    line2: typed("line2") || null,
    postalCode: typed("postalCode") || null,
    city: typed("city"),
    region: typed("region") || null,
    country: typed("country"),
  };
}

/** All lines; none is left of a product with a quantity of zero. */
function linesOf(draft: Draft): EditedLine[] {
  const lines = Object.entries(draft.quantities).map(([productId, typed]) => ({ productId, quantity: Number(typed) }));
  return lines.filter(({ quantity }) => quantity > 0);
}

/** What the typed values change of an order; null if nothing. Quantities count as long as it is not paid. */
export function patchOf(order: Order, draft: Draft): OrderEdit | null {
  const before = draftOf(order);
  const differs = (field: Exclude<keyof Draft, "quantities">) => draft[field].trim() !== before[field].trim();
  const patch: OrderEdit = {};
  if (differs("title")) patch.title = draft.title.trim() || null;
  if (differs("description")) patch.description = draft.description.trim() || null;
  if (differs("specialInstructions")) patch.specialInstructions = draft.specialInstructions.trim() || null;
  if (differs("wanted")) {
    patch.estimatedCompletion = draft.wanted ? new Date(`${draft.wanted}T00:00`).toISOString() : null;
  }
  if (ADDRESS.some(differs)) patch.shippingAddress = addressOf(draft);
  const products = Object.keys(before.quantities);
  if (isDue(order) && products.some((id) => Number(draft.quantities[id]) !== Number(before.quantities[id]))) {
    patch.items = linesOf(draft);
  }
  return Object.keys(patch).length > 0 ? patch : null;
}

/** Whether a change is one of what an offer is for: then the offer ends, also an accepted one. Another street is no such change. */
export function endsOffer(order: Order, patch: OrderEdit | null): boolean {
  const offer = order.quote?.state === "OFFERED" || order.quote?.state === "ACCEPTED";
  if (!patch || !offer || !isDue(order)) return false;
  const terms = ["items", "title", "description", "specialInstructions", "estimatedCompletion"] as const;
  if (terms.some((field) => field in patch)) return true;
  if (!("shippingAddress" in patch)) return false;
  const place = (address: Address | null | undefined) =>
    [address?.city, address?.region, address?.postalCode, address?.country].map((part) => part ?? "").join("\n");
  return place(patch.shippingAddress) !== place(order.shippingAddress);
}

export type Field = Exclude<keyof Draft, "quantities"> | `quantities.${string}`;

function fieldsOf({ quantities, ...flat }: Draft): Map<Field, string> {
  const fields = new Map<Field, string>(Object.entries(flat) as [Exclude<keyof Draft, "quantities">, string][]);
  for (const [id, quantity] of Object.entries(quantities)) fields.set(`quantities.${id}`, quantity);
  return fields;
}

/** The typed values on top of a newer state, and what both changed differently, with the newer value. */
export type Merged = { draft: Draft; clashes: Map<Field, string> };

/**
 * Brings typed values up to date with a state that somebody else saved meanwhile: what was not touched follows, what was typed stays.
 * `base` is the state that the typing began with.
 */
export function merge(base: Draft, typed: Draft, theirs: Draft): Merged {
  const before = fieldsOf(base);
  const mine = fieldsOf(typed);
  const draft: Draft = { ...theirs, quantities: { ...theirs.quantities } };
  const clashes = new Map<Field, string>();
  for (const [field, value] of fieldsOf(theirs)) {
    const own = mine.get(field);
    if (own === undefined || own === before.get(field)) continue;
    if (field.startsWith("quantities.")) draft.quantities[field.slice("quantities.".length)] = own;
    else draft[field as Exclude<keyof Draft, "quantities">] = own;
    if (value !== before.get(field) && value !== own) clashes.set(field, value);
  }
  return { draft, clashes };
}
