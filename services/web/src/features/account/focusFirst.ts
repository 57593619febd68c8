import type { UseFormReturnType } from "@mantine/form";

/** For a form that cannot be sent yet: moves the focus to the first field with an error. */
export function focusFirst<V extends Record<string, unknown>>(form: UseFormReturnType<V>) {
  return (errors: Record<string, unknown>): void => {
    const first = Object.keys(errors)[0];
    if (first) form.getInputNode(first)?.focus();
  };
}
