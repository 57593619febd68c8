import { isCode } from "@/api/failure";
import type { Cart, Money, Product, ProductKind } from "@/api/schema";
import type { Line, Subject } from "./values";

/** A line of the order, as the shop sells it now. */
export type ChosenLine = {
  productId: string;
  name: string;
  kind: ProductKind;
  unitPrice: Money;
  /** Zero if what is typed is no number. */
  quantity: number;
  /** Null for services. */
  available: number | null;
};

/** What is ordered, at current prices. */
export type Chosen = {
  lines: ChosenLine[];
  /** Products of the form that are not sold any more. */
  gone: string[];
  /** Null while it is not known, or if there are no lines. */
  total: Money | null;
  loading: boolean;
  /** Why something could not be loaded. */
  error: unknown;
};

/** What the query of a product says. */
export type Found = { data: Product | undefined; error: unknown };

/** A whole number from 1 to a million; 0 for anything else. */
export function quantityOf(text: string): number {
  return /^[0-9]{1,7}$/.test(text.trim()) && Number(text) <= 1_000_000 ? Number(text) : 0;
}

/** The chosen products: `found` has the answer for each line. */
export function chosenItems(lines: Line[], found: readonly Found[]): Chosen {
  const known: ChosenLine[] = [];
  const gone: string[] = [];
  let loading = false;
  let error: unknown = null;
  for (const [index, { productId, quantity }] of lines.entries()) {
    const { data, error: failure } = found[index] ?? { data: undefined, error: null };
    if (data?.active) {
      const { name, kind, price, available } = data;
      known.push({ productId, name, kind, unitPrice: price, quantity: quantityOf(quantity), available });
    } else if (data || isCode(failure, "NOT_FOUND")) gone.push(productId);
    else if (failure) error = failure;
    else loading = true;
  }
  return { lines: known, gone, total: loading || error || gone.length > 0 ? null : totalOf(known), loading, error };
}

/** The lines of the cart that can be ordered. */
export function chosenCart(cart: Cart | undefined, loading: boolean, error: unknown): Chosen {
  const items = cart?.items.filter((item) => item.quantity > 0) ?? [];
  const lines = items.map(({ productId, name, kind, unitPrice, quantity, available }) => {
    return { productId, name, kind, unitPrice, quantity, available };
  });
  return { lines, gone: [], total: lines.length > 0 && cart ? cart.subtotal : null, loading, error };
}

/** A request: nothing is chosen. */
export const NOTHING: Chosen = { lines: [], gone: [], total: null, loading: false, error: null };

function totalOf(lines: ChosenLine[]): Money | null {
  const [first] = lines;
  if (!first) return null;
  const amount = lines.reduce((sum, { unitPrice, quantity }) => sum + unitPrice.amount * quantity, 0);
  return { amount, currency: first.unitPrice.currency };
}

/** Which parts of the form the order needs. */
export type Needs = {
  /** Goods are sent somewhere. */
  address: boolean;
  /** Work is described, and may have a date. */
  wish: boolean;
};

export function needsOf(subject: Subject, { lines }: Chosen): Needs {
  const has = (kind: ProductKind) => lines.some((line) => line.kind === kind);
  if (subject === "request") return { address: false, wish: true };
  return { address: has("GOODS"), wish: has("SERVICE") };
}

/** Whether the order asks for a price instead of having one. */
export function isQuoteRequest(subject: Subject, { total }: Chosen): boolean {
  return subject === "request" || total?.amount === 0;
}
