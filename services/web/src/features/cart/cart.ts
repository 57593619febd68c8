import type { Cart, CartChange, CartItem } from "@/api/schema";
import type { Translation } from "@/i18n/en";
import { money } from "@/ui/format";

/** A cart that nobody has put anything into. The currency of its sum is never shown. */
export const EMPTY: Cart = {
  items: [],
  subtotal: { amount: 0, currency: "USD" },
  version: 0,
  updatedAt: null,
  expiresAt: null,
  changed: false,
};

export function lineOf(cart: Cart | undefined, productId: string): CartItem | undefined {
  return cart?.items.find((item) => item.productId === productId);
}

/** Units that can be ordered now: lines that are sold out have none. */
export function units(cart: Cart | undefined): number {
  return cart?.items.reduce((sum, { quantity }) => sum + quantity, 0) ?? 0;
}

/** Lines that differ from what the customer knew when they wrote them. */
export function changedLines(cart: Cart): number {
  return cart.items.filter(({ changes }) => changes.length > 0).length;
}

/** The sum of the lines, as the server adds them up. */
function sum(items: CartItem[], { currency }: Cart["subtotal"]): Cart["subtotal"] {
  const counted = items.filter(({ lineTotal }) => lineTotal.currency === currency);
  return { amount: counted.reduce((total, { lineTotal }) => total + lineTotal.amount, 0), currency };
}

/** The cart as it will be without a product. Its version is the server's to say. */
export function without(cart: Cart, productId: string): Cart {
  const items = cart.items.filter((item) => item.productId !== productId);
  return {
    ...cart,
    items,
    subtotal: sum(items, cart.subtotal),
    changed: items.some(({ changes }) => changes.length > 0),
  };
}

/** What has changed about a line, in the visitor's language. */
export function changeText(item: CartItem, change: CartChange, t: Translation["storefront"]["changes"]): string {
  const { code, previousPrice, previousQuantity } = change;
  switch (code) {
    case "PRICE_CHANGED":
      return previousPrice ? t.price(money(previousPrice), money(item.unitPrice)) : t.priceNow(money(item.unitPrice));
    case "QUANTITY_REDUCED":
      return t.reduced(item.quantity, previousQuantity ?? item.quantity);
    case "OUT_OF_STOCK":
      return t.soldOut;
    case "UNAVAILABLE":
      return t.unavailable;
    case "CART_FULL":
      return t.full;
    default:
      // A newer server knows more codes.
      return change.message;
  }
}
