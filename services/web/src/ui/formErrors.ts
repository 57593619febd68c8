import type { FormErrors, UseFormReturnType } from "@mantine/form";
import { ApiError } from "@/api/failure";
import { failureText, sentence } from "./Failure";

/**
 * Shows the server's complaints at their fields and focuses the first one. `names` maps names of the API to names of the form; a field
 * that the form does not have stays with the message. Returns whether every complaint found its field.
 */
export function showErrors<V extends Record<string, unknown>>(
  form: UseFormReturnType<V>,
  error: unknown,
  names: Record<string, string> = {},
): boolean {
  if (!(error instanceof ApiError) || error.details.length === 0) return false;
  const values = form.getValues();
  const found = error.details.flatMap(({ field, message }) => {
    const name = names[field] ?? field;
    return name in values ? [[name, sentence(message)] as const] : [];
  });
  form.setErrors(Object.fromEntries(found));
  const first = found[0]?.[0];
  if (first) form.getInputNode(first)?.focus();
  return found.length === error.details.length;
}

/** Focuses a field of a form. */
export function focusField<V extends Record<string, unknown>>(
  form: UseFormReturnType<V>,
  name: string | undefined,
): void {
  if (name) form.getInputNode(name)?.focus();
}

/** Focuses the first field with a complaint, in the order of the form: for `form.onSubmit(send, focusFirst(form))`. */
export function focusFirst<V extends Record<string, unknown>>(form: UseFormReturnType<V>) {
  return (errors: FormErrors) => focusField(form, Object.keys(errors)[0]);
}

/** Shows a refusal at the field that it is about, and focuses it. */
export function showAt<V extends Record<string, unknown>>(
  form: UseFormReturnType<V>,
  name: keyof V & string,
  error: unknown,
): void {
  form.setErrors({ ...form.errors, [name]: failureText(error).title });
  focusField(form, name);
}
