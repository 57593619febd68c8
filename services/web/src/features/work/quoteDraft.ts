import { newId } from "@/api/key";
import type { NewQuote, Order, ProductKind } from "@/api/schema";
import { localDay, majorUnits, minorUnits } from "@/ui/format";

/** Most units of a line. */
export const MOST_UNITS = 1_000_000;
const DAY = 86_400_000;
/** How long an offer stands if nothing else is said. */
const VALID_DAYS = 14;

export type QuoteLine = { id: string; name: string; kind: ProductKind; quantity: number | string; price: string };

/** An offer as it is typed: lines, or an amount alone. */
export type QuoteDraft = {
  how: "lines" | "amount";
  lines: QuoteLine[];
  amount: string;
  /** The last day, as YYYY-MM-DD. */
  validUntil: string;
  note: string;
};

/** What complaints say. */
export type QuoteWords = {
  required: string;
  notAnAmount: string;
  notAQuantity: string;
  notADay: string;
  past: string;
};

/** The end of a day of the browser's calendar; null if it is none. */
export function endOfDay(day: string): Date | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return null;
  const at = new Date(`${day}T23:59:59`);
  return Number.isNaN(at.getTime()) ? null : at;
}

export function emptyLine(name = ""): QuoteLine {
  return { id: newId(), name, kind: "SERVICE", quantity: 1, price: "" };
}

/** What the form begins with: the last offer, or a line with the order's title. */
export function quoteDraft(order: Order, now: number): QuoteDraft {
  const { quote } = order;
  const stands = quote?.validUntil && new Date(quote.validUntil).getTime() > now ? quote.validUntil : null;
  const lines = (quote?.items ?? []).map(({ name, kind, quantity, unitPrice }) => ({
    id: newId(),
    name,
    kind: kind ?? ("SERVICE" as const),
    quantity,
    price: majorUnits(unitPrice),
  }));
  return {
    how: "lines",
    lines: lines.length > 0 ? lines : [emptyLine(order.title ?? "")],
    amount: "",
    validUntil: localDay(stands ?? now + VALID_DAYS * DAY),
    note: quote?.note ?? "",
  };
}

function units(quantity: number | string): number | null {
  const value = typeof quantity === "string" && quantity.trim() === "" ? Number.NaN : Number(quantity);
  return Number.isInteger(value) && value >= 1 && value <= MOST_UNITS ? value : null;
}

/** What a line costs, in minor units; null while it is not complete. */
export function lineTotal({ quantity, price }: Pick<QuoteLine, "quantity" | "price">, currency: string): number | null {
  const [count, each] = [units(quantity), minorUnits(price, currency)];
  return count === null || each === null ? null : count * each;
}

/** What the products cost that the customer chose: their prices stay. */
export function ownTotal(order: Order): number {
  const own = order.items.filter(({ productId }) => productId !== null);
  return own.reduce((sum, { lineTotal: { amount } }) => sum + amount, 0);
}

/** What the customer would pay, in minor units; null while something is missing. */
export function quoteTotal(order: Order, draft: QuoteDraft): number | null {
  const { currency } = order.total;
  const amount = () => [minorUnits(draft.amount, currency)];
  const parts = draft.how === "amount" ? amount() : draft.lines.map((line) => lineTotal(line, currency));
  let total = ownTotal(order);
  for (const part of parts) {
    if (part === null) return null;
    total += part;
  }
  return total;
}

/** Complaints by field. */
export function quoteComplaints(draft: QuoteDraft, currency: string, words: QuoteWords, now: number) {
  const found: Record<string, string> = {};
  if (draft.how === "amount") {
    if (minorUnits(draft.amount, currency) === null) found.amount = words.notAnAmount;
  } else {
    for (const [index, line] of draft.lines.entries()) {
      if (!line.name.trim()) found[`lines.${index}.name`] = words.required;
      if (units(line.quantity) === null) found[`lines.${index}.quantity`] = words.notAQuantity;
      if (minorUnits(line.price, currency) === null) found[`lines.${index}.price`] = words.notAnAmount;
    }
  }
  const until = endOfDay(draft.validUntil);
  if (!until) found.validUntil = words.notADay;
  else if (until.getTime() <= now) found.validUntil = words.past;
  return found;
}

/** What to send. The draft has no complaints. */
export function quoteBody(order: Order, draft: QuoteDraft): NewQuote {
  const { currency } = order.total;
  const money = (text: string) => ({ amount: minorUnits(text, currency) ?? 0, currency });
  const what =
    draft.how === "amount"
      ? { amount: money(draft.amount) }
      : {
          items: draft.lines.map(({ name, kind, quantity, price }) => ({
            name: name.trim(),
            kind,
            quantity: Number(quantity),
            unitPrice: money(price),
          })),
        };
  return {
    ...what,
    validUntil: endOfDay(draft.validUntil)?.toISOString() ?? draft.validUntil,
    note: draft.note.trim() || null,
    version: order.quote?.version ?? null,
  };
}

/** The field of the form that a complaint of the API is about: `items[0].unitPrice` as `lines.0.price`. */
export function quoteField(name: string): string {
  const match = /^items\[(\d+)\]\.(\w+)/.exec(name);
  if (!match) return name;
  return `lines.${match[1]}.${match[2] === "unitPrice" ? "price" : match[2]}`;
}
