import type { UseFormReturnType } from "@mantine/form";
import { ApiError } from "@/api/failure";
import { sentence } from "@/ui/Failure";
import { focusField } from "@/ui/formErrors";

/** Shows the server's complaints at the fields of a form that has lists, and focuses the first one. */
export function showComplaints<V extends Record<string, unknown>>(
  form: UseFormReturnType<V>,
  error: unknown,
  fieldOf: (name: string) => string,
): void {
  if (!(error instanceof ApiError)) return;
  const found = error.details.map(({ field, message }) => [fieldOf(field), sentence(message)] as const);
  form.setErrors(Object.fromEntries(found));
  focusField(form, found[0]?.[0]);
}
