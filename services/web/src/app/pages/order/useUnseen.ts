import { useEffect, useState } from "react";
import { useUser } from "@/api/useSession";
import { useLive } from "@/live/useLive";

/** Messages of others that arrived while the chat was not shown. */
export function useUnseen(orderId: string, isShown: boolean): number {
  const me = useUser()?.id;
  const [count, setCount] = useState(0);
  useEffect(() => {
    if (isShown) setCount(0);
  }, [isShown]);
  useLive("chat:message", (message) => {
    const byOthers = message.author !== null && message.author.id !== me;
    if (message.orderId === orderId && byOthers && !isShown) setCount((before) => before + 1);
  });
  return count;
}
