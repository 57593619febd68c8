import { useEffect } from "react";

const COUNT = /^\(\d+\+?\)( |$)/;

/** The title of the window with the number before it. */
export function withCount(title: string, count: number): string {
  const plain = title.replace(COUNT, "");
  return count > 0 ? `(${count > 99 ? "99+" : count}) ${plain}`.trim() : plain;
}

/** Shows the number in the title of the window, whatever page sets the title. */
export function useTitleCount(count: number): void {
  useEffect(() => {
    const show = () => {
      const title = withCount(document.title, count);
      if (document.title !== title) document.title = title;
    };
    show();
    const observer = new MutationObserver(show);
    observer.observe(document.querySelector("title") ?? document.head, { childList: true, subtree: true });
    return () => {
      observer.disconnect();
      document.title = withCount(document.title, 0);
    };
  }, [count]);
}
