/**
 * Fields of addresses. People type and share addresses, so whatever does not fit counts as not given. The router reads `?q=42` as a
 * number and `?status=PENDING` as one text, so both are taken for what is meant.
 *
 * Not by zod: every page needs the addresses of all pages, and this is a twentieth of its code.
 */
export type Field<T> = (given: unknown) => T | undefined;

type Fields = Record<string, Field<unknown>>;

/** What the fields of an address say. */
export type Infer<F extends Fields> = { [K in keyof F]?: ReturnType<F[K]> };

/** The fields of an address by their names. */
export function object<F extends Fields>(fields: F): F {
  return fields;
}

/** Reads an address. What is not given, or does not fit, is left out. */
export function parse<F extends Fields>(fields: F, search: unknown): Infer<F> {
  const given = Object(search) as Record<string, unknown>;
  const read = Object.entries(fields).map(([name, field]) => [name, field(given[name])] as const);
  return Object.fromEntries(read.filter(([, value]) => value !== undefined)) as Infer<F>;
}

/** Only says the type. */
function field<T>(read: Field<T>): Field<T> {
  return read;
}

/** Free text of at most `max` characters. */
export function text(max: number) {
  return field((given) => {
    if (typeof given !== "string" && typeof given !== "number" && typeof given !== "boolean") return undefined;
    return String(given).trim().slice(0, max) || undefined;
  });
}

/** One of these values. */
export function oneOf<const T extends string | boolean>(values: readonly T[]) {
  return field((given) => values.find((value) => value === given));
}

/** Any of these values. Unknown ones are left out, and a list without values is no filter. */
export function anyOf<const T extends string>(values: readonly T[]) {
  return field((given) => {
    const all = Array.isArray(given) ? given : [given];
    const known = values.filter((value) => all.includes(value));
    return known.length > 0 ? known : undefined;
  });
}

/** A text of this form. */
export function like(pattern: RegExp) {
  return field((given) => {
    const value = typeof given === "number" ? String(given) : given;
    return typeof value === "string" && pattern.test(value) ? value : undefined;
  });
}

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export const id = () => like(ID);

export const cursor = () => like(/^[A-Za-z0-9_-]{1,500}$/);

/** True or not given. */
export function flag() {
  return field((given) => (given === true || given === "true" ? true : undefined));
}

/** A whole number of at least 0: an amount in minor units. */
export function amount() {
  return field((given) => {
    const value = typeof given === "string" && given !== "" ? Number(given) : given;
    return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  });
}

/** A day such as 2026-11-21. */
export function day() {
  return field((given) => (typeof given === "string" && isDay(given) ? given : undefined));
}

/** Whether a text is a day of the calendar: 2026-02-30 is none. */
function isDay(text: string): boolean {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!match) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** The start of a day of this browser's calendar, or of a later one. */
export function startOf(text: string, later = 0): string {
  const [year = 0, month = 1, date = 1] = text.split("-").map(Number);
  return new Date(year, month - 1, date + later).toISOString();
}

/** Bounds in the wrong order are swapped. */
export function ordered<T extends number | string>(low: T | undefined, high: T | undefined) {
  return low !== undefined && high !== undefined && low > high ? [high, low] : [low, high];
}
