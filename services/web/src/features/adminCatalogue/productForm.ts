import type { FormErrors, UseFormReturnType } from "@mantine/form";
import { isCode } from "@/api/failure";
import { adminCatalogue } from "@/i18n/en/adminCatalogue";
import { common } from "@/i18n/en/common";
import { wordsOf } from "@/i18n/language";
import { showAt, showErrors } from "@/ui/formErrors";
import { type Draft, type Problem, problems } from "./productDraft";

/** What is wrong with a draft, in words. */
export function complaints(draft: Draft, currency: string, isNew: boolean): FormErrors {
  const t = wordsOf(adminCatalogue);
  const words = wordsOf(common);
  const found: [string, Problem | undefined][] = Object.entries(problems(draft, currency, isNew));
  return Object.fromEntries(
    found.flatMap(([field, problem]) =>
      problem ? [[field, problem === "required" ? words.required : t.problem[problem]] as const] : [],
    ),
  );
}

/** Names of the API for fields that the form names otherwise. */
const NAMES = {
  "price.amount": "price",
  "price.currency": "price",
  category: "categoryId",
  lowStockThreshold: "threshold",
};

/** Shows a refusal at the fields that it is about. Returns whether nothing is left to say. */
export function showRefusal(form: UseFormReturnType<Draft>, error: unknown): boolean {
  if (!isCode(error, "SKU_TAKEN")) return showErrors(form, error, NAMES);
  showAt(form, "sku", error);
  return true;
}
