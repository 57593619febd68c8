import { type ReactNode, useDeferredValue } from "react";

/**
 * Shows its children at first only after what is around them. They are drawn in short steps, between which the browser answers to the
 * user: slow phones would be busy for a noticeable time otherwise.
 */
export function Later({ children }: { children: ReactNode }): ReactNode {
  const isTime = useDeferredValue(true, false);
  return isTime ? children : null;
}
