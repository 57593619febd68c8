import { type RefObject, useEffect, useRef } from "react";

/**
 * Focuses a field of a form that was opened by a button, and the button again when the form is gone, unless the focus is elsewhere by
 * then.
 */
export function useFirstFocus<T extends HTMLElement>(): RefObject<T | null> {
  const field = useRef<T>(null);
  useEffect(() => {
    const before = document.activeElement;
    field.current?.focus();
    return () => {
      if (before instanceof HTMLElement && document.activeElement === document.body) before.focus();
    };
  }, []);
  return field;
}
