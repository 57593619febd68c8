import type { FormErrors, UseFormReturnType } from "@mantine/form";
import { isCode } from "@/api/failure";
import { adminCatalogue } from "@/i18n/en/adminCatalogue";
import { common } from "@/i18n/en/common";
import { wordsOf } from "@/i18n/language";
import { showAt, showErrors } from "@/ui/formErrors";
import { type CategoryDraft, type CategoryProblem, categoryProblems } from "./categoryDraft";

/** What is wrong with a draft, in words. */
export function categoryComplaints(draft: CategoryDraft, isNew: boolean): FormErrors {
  const text = { required: wordsOf(common).required, slug: wordsOf(adminCatalogue).slugProblem };
  const found: [string, CategoryProblem | undefined][] = Object.entries(categoryProblems(draft, isNew));
  return Object.fromEntries(found.flatMap(([field, problem]) => (problem ? [[field, text[problem]] as const] : [])));
}

/** Shows a refusal at the fields that it is about. Returns whether nothing is left to say. */
export function showCategoryRefusal(form: UseFormReturnType<CategoryDraft>, error: unknown): boolean {
  const taken = isCode(error, "NAME_TAKEN") ? "name" : isCode(error, "SLUG_TAKEN") ? "slug" : null;
  if (!taken) return showErrors(form, error);
  showAt(form, taken, error);
  return true;
}
