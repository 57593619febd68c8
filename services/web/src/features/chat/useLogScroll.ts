import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";

/** So near to the end, in pixels, a reader counts as being there. */
const NEAR = 40;

type Shown = {
  /** The oldest and the newest thing in the log. */
  first: string | undefined;
  last: string | undefined;
  /** The newest of what the user is sending: the log goes to it. */
  sent: string | undefined;
};

/** Where the log is scrolled to: it follows new messages only for a reader at its end, and stays when older ones are put above. */
export function useLogScroll(log: RefObject<HTMLDivElement | null>, { first, last, sent }: Shown) {
  const [atEnd, setAtEnd] = useState(true);
  const end = useRef(true);
  const before = useRef<{ height: number; first: string | undefined; sent: string | undefined }>(undefined);

  const toEnd = () => {
    if (log.current) log.current.scrollTop = log.current.scrollHeight;
  };
  const look = () => {
    const element = log.current;
    if (!element) return;
    end.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR;
    setAtEnd(end.current);
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: `last` says that something was added
  useLayoutEffect(() => {
    const element = log.current;
    if (!element) return;
    const known = before.current;
    if (known?.first !== undefined && known.first !== first) element.scrollTop += element.scrollHeight - known.height;
    else if (end.current || (sent !== undefined && sent !== known?.sent)) element.scrollTop = element.scrollHeight;
    before.current = { height: element.scrollHeight, first, sent };
  }, [log, first, last, sent]);

  useEffect(() => {
    const element = log.current;
    if (!element) return;
    // The keyboard of a phone, or a longer text below, takes space.
    const observer = new ResizeObserver(() => {
      if (end.current) element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [log]);

  return { atEnd, look, toEnd };
}

/** Begins at the line "unread", which is above the message `startAt`. */
export function useStartAtUnread(log: RefObject<HTMLDivElement | null>, startAt: string | null): void {
  useLayoutEffect(() => {
    const line = log.current?.querySelector<HTMLElement>("[data-unread]");
    if (log.current && line && startAt !== null) log.current.scrollTop = line.offsetTop - NEAR;
  }, [log, startAt]);
}
