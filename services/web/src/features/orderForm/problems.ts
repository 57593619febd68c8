import type { Detail } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { orderForm } from "@/i18n/en/orderForm";
import { wordsOf } from "@/i18n/language";
import { sentence } from "@/ui/Failure";
import { localDay } from "@/ui/format";
import { type Chosen, type Needs, quantityOf } from "./chosen";
import type { Subject, Values } from "./values";
import { type Account, isEmail, isPasswordLength, meansToSignIn } from "./who";

/** Complaints by the fields of the form; `lines` is the choice as a whole. */
export type Problems = Record<string, string>;

/** What the checks have to know besides the form. */
export type Facts = {
  chosen: Chosen;
  needs: Needs;
  /** The caller has to say who they are. */
  stranger: boolean;
  account: Account;
  /** This very form was sent and not answered: the cart may be empty because it was ordered. */
  sent: boolean;
};

/** What is wrong with the form, as far as it can be told here. */
export function problemsOf(values: Values, facts: Facts): Problems {
  if (facts.sent) return facts.stranger ? problemsOfWho(values, facts.account) : {};
  return {
    ...problemsOfWhat(values, facts.chosen),
    ...(facts.needs.wish && problemsOfDate(values.wanted)),
    ...(facts.needs.address && problemsOfAddress(values)),
    ...(facts.stranger && problemsOfWho(values, facts.account)),
  };
}

function problemsOfWhat(values: Values, chosen: Chosen): Problems {
  const t = wordsOf(common);
  const w = wordsOf(orderForm);
  if (values.subject === "request") return values.title.trim() ? {} : { title: t.required };
  if (values.subject === "items" && values.lines.length === 0) return { lines: w.chooseSomething };
  // Before it is known what they are, nobody knows whether they need an address.
  if (chosen.loading || chosen.error !== null) return { lines: w.notLoaded };
  if (values.subject === "cart") return chosen.lines.length > 0 ? {} : { lines: w.cartEmpty };
  const problems: Problems = {};
  for (const [index, { productId, quantity }] of values.lines.entries()) {
    const available = chosen.lines.find((line) => line.productId === productId)?.available ?? null;
    const field = `lines.${index}.quantity`;
    if (chosen.gone.includes(productId)) problems[field] = w.gone;
    else if (quantityOf(quantity) === 0) problems[field] = w.wholeNumber;
    else if (available !== null && available < quantityOf(quantity)) problems[field] = left(available);
  }
  return problems;
}

function left(available: number): string {
  const w = wordsOf(orderForm);
  return available > 0 ? w.onlyLeft(available) : w.soldOut;
}

function problemsOfDate(wanted: string): Problems {
  const w = wordsOf(orderForm);
  if (wanted === "") return {};
  if (wanted.length !== 10 || wanted > lastDay()) return { wanted: w.tooFar };
  return wanted < today() ? { wanted: w.notPast } : {};
}

/** The last day that the shop takes: in ten years. */
export function lastDay(): string {
  const now = new Date();
  return localDay(new Date(now.getFullYear() + 10, now.getMonth(), now.getDate()).getTime());
}

/** The day here. */
export const today = () => localDay(Date.now());

function problemsOfAddress(values: Values): Problems {
  const { required } = wordsOf(common);
  const fields = ["line1", "city", "country"] as const;
  return Object.fromEntries(fields.filter((field) => !values[field].trim()).map((field) => [field, required]));
}

function problemsOfWho(values: Values, account: Account): Problems {
  const t = wordsOf(common);
  const w = wordsOf(orderForm);
  const problems: Problems = {};
  if (!isEmail(values.email)) problems.email = t.invalidEmail;
  if (meansToSignIn(values, account)) return { ...problems, password: w.signInFirst };
  if (!values.firstName.trim()) problems.firstName = t.required;
  const chosen = values.password !== "" && account !== "known";
  if (chosen && !isPasswordLength(values.password)) problems.password = w.passwordLength;
  return problems;
}

/** The fields of the form from top to bottom. */
const FIELDS: (keyof Values)[] = [
  "subject",
  "lines",
  "title",
  "description",
  "wanted",
  "instructions",
  "email",
  "password",
  "firstName",
  "lastName",
  "recipient",
  "line1",
  "line2",
  "postalCode",
  "city",
  "region",
  "country",
];

/** The first of these fields on the page. */
export function firstField(problems: Problems): string | undefined {
  const place = (field: string) => {
    const [name = "", index = "-1"] = field.split(".");
    return FIELDS.indexOf(name as keyof Values) * 1000 + Number(index);
  };
  return Object.keys(problems).sort((one, other) => place(one) - place(other))[0];
}

const NAMES: Record<string, keyof Values> = {
  items: "lines",
  title: "title",
  description: "description",
  specialInstructions: "instructions",
  estimatedCompletion: "wanted",
  shippingAddress: "line1",
  "shippingAddress.name": "recipient",
  "shippingAddress.line1": "line1",
  "shippingAddress.line2": "line2",
  "shippingAddress.postalCode": "postalCode",
  "shippingAddress.city": "city",
  "shippingAddress.region": "region",
  "shippingAddress.country": "country",
  contact: "email",
  "contact.email": "email",
  "contact.firstName": "firstName",
  "contact.lastName": "lastName",
  "contact.password": "password",
};

/** The field of the form for a field of the order as the API calls it. */
export function fieldOf(name: string, subject: Subject): string | null {
  const line = /^items\[(\d+)\]/.exec(name);
  // The lines of the cart are no fields.
  if (line) return subject === "items" ? `lines.${line[1]}.quantity` : null;
  return NAMES[name] ?? null;
}

/** The server's complaints at the fields of the form, and whether each found one. */
export function problemsOfAnswer(details: readonly Detail[], subject: Subject): { problems: Problems; all: boolean } {
  const found = details.flatMap(({ field, message }) => {
    const name = fieldOf(field, subject);
    return name ? [[name, sentence(message)] as const] : [];
  });
  return { problems: Object.fromEntries(found), all: details.length > 0 && found.length === details.length };
}
