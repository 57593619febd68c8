import type { Detail } from "@/api/schema";
import { sentence } from "@/ui/Failure";
import { type Draft, hasAddress } from "./editDraft";

/** The largest number of units in a line. */
const MOST = 1_000_000;

type Words = { required: string; wholeNumber: string; needsContents: string };

/** What is wrong with the typed values, by the fields of the form. */
export function problemsOf(draft: Draft, words: Words, hasOtherLines = false): Record<string, string> {
  const problems: Record<string, string> = {};
  let units = 0;
  for (const [id, typed] of Object.entries(draft.quantities)) {
    const text = typed.trim();
    if (!/^\d+$/.test(text) || Number(text) > MOST) problems[`quantities.${id}`] = words.wholeNumber;
    else units += Number(text);
  }
  const contents = hasOtherLines || units > 0 || draft.title.trim() !== "" || draft.description.trim() !== "";
  if (!contents) problems.title = words.needsContents;
  if (hasAddress(draft)) {
    for (const field of ["line1", "city", "country"] as const) {
      if (draft[field].trim() === "") problems[field] = words.required;
    }
  }
  return problems;
}

const RENAMED: Record<string, string> = { estimatedCompletion: "wanted" };

/** The fields of the form that the server complained about; `products` are those of the lines that were sent. */
export function complaintsOf(details: Detail[], products: string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { field, message } of details) {
    const line = /^items\[(\d+)\]/.exec(field)?.[1];
    const product = line === undefined ? undefined : products[Number(line)];
    const plain = field.replace(/^shippingAddress\./, "");
    found[product ? `quantities.${product}` : (RENAMED[plain] ?? plain)] ??= sentence(message);
  }
  return found;
}
