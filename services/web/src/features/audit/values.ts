import { adminPeople } from "@/i18n/en/adminPeople";
import { common } from "@/i18n/en/common";
import { wordsOf } from "@/i18n/language";
import { duration } from "@/ui/duration";
import { bytes, dateTime, money, number, percent } from "@/ui/format";
import { isMoney } from "./diff";

/** The last name of a path: `city` of `address[2].city`. */
export function fieldOf(path: string): string {
  return (path.split(".").at(-1) ?? path).replace(/\[\d+\]$/, "");
}

/** A path in words: "Items 2 · Quantity" of `items[2].quantity`. */
export function pathName(path: string): string {
  const { audit, settings } = wordsOf(adminPeople);
  const known: Record<string, string> = { ...settings.names, ...audit.fields };
  const name = (part: string) => {
    const [, field = part, index] = /^(.*?)(?:\[(\d+)\])?$/.exec(part) ?? [];
    return [known[field] ?? humanized(field), index].filter(Boolean).join(" ");
  };
  return path.split(".").map(name).join(" · ");
}

/** The name of a field that nobody has translated: "Max open orders" of `maxOpenOrders`. */
export function humanized(field: string): string {
  const words = field
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replaceAll("_", " ")
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const AMOUNTS = ["total", "unitPrice", "price"];
const TIME = /^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:\d{2})$/;

/** A value as people read it. The field says what a number counts; amounts without a currency are in the shop's. */
export function valueText(path: string, value: unknown, currency: string): string {
  const t = wordsOf(common);
  const { audit } = wordsOf(adminPeople);
  const field = fieldOf(path);
  if (value === null || value === undefined || value === "") return audit.empty;
  if (typeof value === "boolean") return value ? t.yes : t.no;
  if (typeof value === "number") return numberText(field, value, currency);
  if (typeof value === "string") return choice(field, value) ?? (TIME.test(value) ? dateTime(value) : value);
  if (isMoney(value)) return money(value);
  if (!Array.isArray(value)) return JSON.stringify(value);
  return value.length === 0 ? audit.empty : value.map((one) => valueText(path, one, currency)).join(", ");
}

function numberText(field: string, value: number, currency: string): string {
  if (field.endsWith("Seconds")) return duration(value);
  if (field.endsWith("BasisPoints")) return percent(value / 10_000, 2);
  if (field.endsWith("Bytes") || field === "size") return bytes(value);
  return AMOUNTS.includes(field) ? money({ amount: value, currency }) : number(value);
}

/** A value of the API that the pages have a word for. */
function choice(field: string, value: string): string | undefined {
  const t = wordsOf(common);
  const words: Record<string, Record<string, string>> = {
    role: t.role,
    status: t.orderStatus,
    paymentStatus: t.paymentStatus,
    state: { ...t.requestState, ...t.shipmentState },
    kind: { ...t.kind, ...t.requestKind },
  };
  return words[field]?.[value];
}
