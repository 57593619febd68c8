import { type RefObject, useEffect, useState, useSyncExternalStore } from "react";

function subscribe(listener: () => void): () => void {
  addEventListener("focus", listener);
  addEventListener("blur", listener);
  document.addEventListener("visibilitychange", listener);
  return () => {
    removeEventListener("focus", listener);
    removeEventListener("blur", listener);
    document.removeEventListener("visibilitychange", listener);
  };
}

/** Whether the user can be taken to look at an element: it is on the screen, and the tab has the focus. */
export function useAttention(element: RefObject<HTMLElement | null>): boolean {
  const [onScreen, setOnScreen] = useState(false);
  const focused = useSyncExternalStore(subscribe, () => document.visibilityState === "visible" && document.hasFocus());
  useEffect(() => {
    const observed = element.current;
    if (!observed) return;
    const observer = new IntersectionObserver((entries) => setOnScreen(entries.at(-1)?.isIntersecting === true));
    observer.observe(observed);
    return () => observer.disconnect();
  }, [element]);
  return onScreen && focused;
}
