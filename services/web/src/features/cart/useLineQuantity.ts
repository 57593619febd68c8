import { useEffect, useEffectEvent, useRef, useState } from "react";
import type { CartItem } from "@/api/schema";
import { storefront } from "@/i18n/en/storefront";
import { useWords } from "@/i18n/language";
import { quantityOf, quantityProblem } from "./quantity";
import { availableOf, refusalText } from "./refusal";
import { usePutItem } from "./useCart";

/** A quantity is sent when typing has stopped for this long. */
const PAUSE = 500;

/** The quantity of a line while it is changed: what is typed, when it is sent, and what is wrong with it. */
export function useLineQuantity(item: CartItem) {
  const t = useWords(storefront);
  const put = usePutItem();
  const [typed, setTyped] = useState<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const { productId, quantity, available } = item;
  const problem = typed === null ? null : quantityProblem(typed, { available }, t);

  const send = (text: string) => {
    clearTimeout(timer.current);
    timer.current = undefined;
    const wanted = quantityOf(text);
    if (wanted === null || quantityProblem(text, { available }, t)) return;
    if (wanted === quantity && !put.isPending) {
      setTyped(null);
      return;
    }
    // What is typed meanwhile stays.
    const settle = () => setTyped((now) => (now === text ? null : now));
    put.mutate({ productId, quantity: wanted }, { onSuccess: settle });
  };
  const sendLatest = useEffectEvent(() => {
    if (timer.current !== undefined && typed !== null) send(typed);
  });
  const change = (text: string) => {
    setTyped(text);
    if (put.isError) put.reset();
    clearTimeout(timer.current);
    timer.current = setTimeout(() => sendLatest(), PAUSE);
  };
  // Nothing typed is lost by leaving the page.
  useEffect(() => () => sendLatest(), []);

  const tooMany = problem !== null && quantityOf(typed ?? "") !== null;
  const refused = put.isError ? refusalText(put.error, 0, t) : null;
  return {
    text: typed ?? String(quantity),
    change,
    /** An emptied field shows what is in the cart again; anything else is sent without waiting. */
    leave: () => {
      if (typed?.trim() === "") setTyped(null);
      sendLatest();
    },
    /** Sends a quantity at once: to take what is left, or to say that a change is fine. */
    set: (wanted: number) => {
      setTyped(String(wanted));
      put.mutate({ productId, quantity: wanted }, { onSuccess: () => setTyped(null) });
    },
    retry: () => put.variables && put.mutate(put.variables, { onSuccess: () => setTyped(null) }),
    busy: put.isPending,
    problem: problem ?? refused,
    /** Units that could be had instead of too many. */
    left: tooMany ? available : availableOf(put.error),
    failure: refused === null ? put.error : null,
  };
}
