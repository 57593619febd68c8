import { ApiError } from "@/api/failure";
import { newId } from "@/api/key";

/**
 * A write that must not happen twice: its `Idempotency-Key`, what it was made of, and what was sent. It is kept in the tab until it is
 * answered, also over a reload, so that a repeat after a lost answer is the same write.
 */
export type KeptWrite<T> = { key: string; print: string; sent: T };

/** The unanswered write of this slot, if any. */
export function unanswered<T>(slot: string): KeptWrite<T> | null {
  const text = sessionStorage.getItem(slot);
  if (!text) return null;
  try {
    return JSON.parse(text) as KeptWrite<T>;
  } catch {
    return null;
  }
}

/** The write to send: the unanswered one if it was made of the same, else a new one. `print` tells one from another. */
export function beginWrite<T>(slot: string, print: string, sent: T): KeptWrite<T> {
  const open = unanswered<T>(slot);
  if (open?.print === print) return open;
  const write = { key: newId(), print, sent };
  sessionStorage.setItem(slot, JSON.stringify(write));
  return write;
}

/** Forgets a write that is answered: the next one is another. */
export function endWrite(slot: string): void {
  sessionStorage.removeItem(slot);
}

/** Refusals that come before the shop looks at the key: they tell nothing of an earlier attempt. */
const BEFORE_THE_KEY = new Set(["EMAIL_REGISTERED", "EMAIL_TAKEN"]);

/**
 * Whether an error says for certain that nothing was done, by this attempt or, if it is a `repeat`, by an earlier one. A lost answer, a
 * broken server, a limit and a first attempt that still runs (`CONFLICT`) do not; and of a repeat only what the state refuses does, as a
 * first attempt that was done would have been answered again.
 */
export function isRefusal(error: unknown, repeat: boolean): boolean {
  if (!(error instanceof ApiError)) return false;
  if (error.status === 409) return error.code !== "CONFLICT" && !(repeat && BEFORE_THE_KEY.has(error.code));
  return !repeat && error.status >= 400 && error.status < 500 && error.status !== 408 && error.status !== 429;
}

/** Sends a write with its key, and forgets it as soon as it is answered for certain. */
export async function sendOnce<T, A>(
  slot: string,
  print: string,
  sent: T,
  send: (write: KeptWrite<T>) => Promise<A>,
): Promise<A> {
  const repeat = unanswered(slot)?.print === print;
  const write = beginWrite(slot, print, sent);
  try {
    const answer = await send(write);
    endWrite(slot);
    return answer;
  } catch (error) {
    if (isRefusal(error, repeat)) endWrite(slot);
    throw error;
  }
}
