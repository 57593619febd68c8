import type { FileType, ShopSettings, ShopSettingsPatch } from "@/api/schema";
import { adminPeople } from "@/i18n/en/adminPeople";
import { common } from "@/i18n/en/common";
import { wordsOf } from "@/i18n/language";
import { duration } from "@/ui/duration";
import { number } from "@/ui/format";
import { FIELDS, type Field, type Name } from "./fields";
import {
  basisPoints,
  fromQuantity,
  percentText,
  type Quantity,
  SIZE_UNITS,
  TIME_UNITS,
  toQuantity,
  wholeNumber,
} from "./units";

/** A setting as it is typed. */
export type Typed = string | boolean | Quantity | FileType[];
export type Draft = Record<Name, Typed>;
/** A setting as the API has it. */
export type Value = string | number | boolean | FileType[] | null;

function typed(field: Field, value: Value): Typed {
  if (value === null) return "";
  if (typeof value !== "number") return value;
  if (field.kind === "time") return toQuantity(value, TIME_UNITS, "minutes");
  if (field.kind === "size") return toQuantity(value, SIZE_UNITS, "mebibytes");
  return field.kind === "percent" ? percentText(value) : String(value);
}

/** The settings as they are typed. */
export function draftOf(settings: ShopSettings): Draft {
  return Object.fromEntries(FIELDS.map((field) => [field.name, typed(field, settings[field.name])])) as Draft;
}

/** The value of what is typed, within its limits or not; null if it is none, or a text that was left out. */
function parsed(field: Field, value: Typed): Value | null {
  if (typeof value === "boolean" || Array.isArray(value)) return value;
  if (typeof value === "object") return fromQuantity(value, field.kind === "size" ? SIZE_UNITS : TIME_UNITS);
  if (field.kind === "currency") return value.trim().toUpperCase();
  if (field.kind === "text") return value.trim();
  if (field.kind === "optional") return value.trim() || null;
  return field.kind === "percent" ? basisPoints(value) : wholeNumber(value);
}

/** What is wrong with what is typed; null if nothing is. */
export function complaint(field: Field, value: Typed): string | null {
  const { settings: w } = wordsOf(adminPeople);
  const read = parsed(field, value);
  switch (field.kind) {
    case "text":
      return typeof read === "string" && read.length > 0 && read.length <= field.max ? null : w.badText(field.max);
    case "optional":
      return typeof read === "string" && read.length > field.max ? w.tooLong(field.max) : null;
    case "currency":
      return typeof read === "string" && /^[A-Z]{3}$/.test(read) ? null : w.badCurrency;
    case "types":
      return Array.isArray(read) && read.length > 0 ? null : w.noTypes;
    case "switch":
      return null;
    default: {
      const good = typeof read === "number" && read >= field.min && read <= field.max;
      return good ? null : w.badNumber(textOf(field, field.min), textOf(field, field.max));
    }
  }
}

/** Everything that is wrong, by setting: for the form. */
export function complaints(draft: Draft): Record<string, string> {
  const all = FIELDS.map((field) => [field.name, complaint(field, draft[field.name])] as const);
  return Object.fromEntries(all.flatMap(([name, wrong]) => (wrong ? [[name, wrong] as const] : [])));
}

/** A value as people read it. */
export function textOf(field: Field, value: Value): string {
  const t = wordsOf(common);
  const { settings: w } = wordsOf(adminPeople);
  if (typeof value === "boolean") return value ? t.yes : t.no;
  if (Array.isArray(value)) return value.join(", ");
  if (typeof value === "string") return value;
  if (value === null) return t.none;
  if (field.kind === "time") return duration(value);
  if (field.kind === "percent") return `${percentText(value)} %`;
  if (field.kind !== "size") return number(value);
  const { amount, unit } = toQuantity(value, SIZE_UNITS, "mebibytes");
  return `${number(Number(amount))} ${w.units[unit]}`;
}

function same(a: Value | null, b: Value): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((one) => b.includes(one));
  return a === b;
}

/** The settings that are typed otherwise than they are. "60 minutes" is no change of "1 hour"; what is wrong is one. */
export function changedFields(draft: Draft, settings: ShopSettings): Field[] {
  return FIELDS.filter((field) => !same(parsed(field, draft[field.name]), settings[field.name]));
}

/** Only what changed, with the version that it was changed in. Null if something is wrong or nothing changed. */
export function patchOf(draft: Draft, settings: ShopSettings): ShopSettingsPatch | null {
  const fields = changedFields(draft, settings);
  if (fields.length === 0 || fields.some((field) => complaint(field, draft[field.name]))) return null;
  const changes = fields.map((field) => [field.name, parsed(field, draft[field.name])]);
  return { ...Object.fromEntries(changes), version: settings.version };
}

/** Takes a change back: the changed settings as they were before, for the version that the change made. */
export function undoOf(before: ShopSettings, now: ShopSettings): ShopSettingsPatch {
  const fields = FIELDS.filter(({ name }) => !same(before[name], now[name]));
  return { ...Object.fromEntries(fields.map(({ name }) => [name, before[name]])), version: now.version };
}

/**
 * What is typed after somebody else changed the settings: own changes stay, the rest follows. `others` are the settings
 * that changed elsewhere; `clashes` those that were changed here too, to something else.
 */
export function rebased(draft: Draft, before: ShopSettings, now: ShopSettings) {
  const own = new Set(changedFields(draft, before));
  const fresh = draftOf(now);
  const kept = FIELDS.map((field) => [field.name, own.has(field) ? draft[field.name] : fresh[field.name]]);
  const others = FIELDS.filter(({ name }) => !same(before[name], now[name]));
  // What both changed to the same is settled; so is the answer to an own change.
  const differs = (field: Field) => own.has(field) && !same(parsed(field, draft[field.name]), now[field.name]);
  return {
    draft: Object.fromEntries(kept) as Draft,
    others: others.filter((field) => !own.has(field)),
    clashes: others.filter(differs),
  };
}
