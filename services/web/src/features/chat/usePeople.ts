import { useEffect, useRef, useState } from "react";
import type { Person } from "@/api/schema";
import { useLive, useLiveStatus } from "@/live/useLive";

/** Without another signal, nobody types for longer than this: the end may have been lost. */
const TYPING_LASTS = 6_000;

/** Who watches the order besides the reader. `set` takes over the list of the answer to watching. */
export function usePresent(orderId: string, me: string | null) {
  const [present, setPresent] = useState<Person[]>([]);
  const online = useLiveStatus() === "online";
  useLive("presence", ({ orderId: of, user, online: here }) => {
    if (of !== orderId) return;
    setPresent((known) => [...known.filter(({ id }) => id !== user.id), ...(here ? [user] : [])]);
  });
  const others = present.filter(({ id }) => id !== me);
  return { present: online ? others : [], set: setPresent };
}

/** Who is typing. */
export function useTypers(orderId: string, me: string | null): Person[] {
  const [typers, setTypers] = useState<Person[]>([]);
  const timers = useRef(new Map<string, ReturnType<typeof setTimeout>>());
  const online = useLiveStatus() === "online";
  const stop = (id: string) => {
    clearTimeout(timers.current.get(id));
    timers.current.delete(id);
    setTypers((known) => known.filter((one) => one.id !== id));
  };
  useLive("chat:typing", ({ orderId: of, user, typing }) => {
    if (of !== orderId || user.id === me) return;
    stop(user.id);
    if (!typing) return;
    setTypers((known) => [...known, user]);
    timers.current.set(
      user.id,
      setTimeout(() => stop(user.id), TYPING_LASTS),
    );
  });
  useLive("chat:message", ({ orderId: of, author }) => {
    if (of === orderId && author) stop(author.id);
  });
  useEffect(() => {
    const running = timers.current;
    return () => {
      for (const timer of running.values()) clearTimeout(timer);
      running.clear();
      setTypers([]);
    };
  }, []);
  return online ? typers : [];
}
