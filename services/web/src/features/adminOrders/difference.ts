/** One field that an act changed; undefined: it was not there. */
export type FieldChange = { field: string; from: unknown; to: unknown };

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !isMoney(value);

/** An amount stays together, as it is read as one value. */
export function isMoney(value: unknown): value is { amount: number; currency: string } {
  if (typeof value !== "object" || value === null) return false;
  const { amount, currency, ...rest } = value as Fields;
  return typeof amount === "number" && typeof currency === "string" && Object.keys(rest).length === 0;
}

function flat(value: unknown, path: string, into: Map<string, unknown>): void {
  if (!isFields(value) || Object.keys(value).length === 0) {
    if (path) into.set(path, value);
    return;
  }
  for (const [name, inner] of Object.entries(value)) flat(inner, path ? `${path}.${name}` : name, into);
}

function fieldsOf(value: unknown): Map<string, unknown> {
  const fields = new Map<string, unknown>();
  flat(value ?? {}, "", fields);
  return fields;
}

const same = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/** What an act changed, field by field. Fields within fields have a path such as `request.kind`; null and missing are the same. */
export function differences(before: unknown, after: unknown): FieldChange[] {
  const [from, to] = [fieldsOf(before), fieldsOf(after)];
  const names = new Set([...from.keys(), ...to.keys()]);
  return [...names]
    .map((field) => ({ field, from: from.get(field), to: to.get(field) }))
    .filter((one) => !same(one.from, one.to));
}

/** The name of a field as words: `request.requestedBy` as "Request requested by". */
export function fieldWords(field: string): string {
  const words = field
    .replace(/[._]/g, " ")
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
