import type { FormErrors, UseFormReturnType } from "@mantine/form";

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
