/** Milliseconds between two signals that the user goes on typing. */
export const SIGNAL_EVERY = 3_000;
/** Without a key press for this long, the user has stopped. */
const IDLE = 5_000;

export type TypingSignal = {
  /** A key was pressed: the text is this now. */
  typed: (text: string) => void;
  /** The message was sent, or the field is left. */
  stopped: () => void;
};

/** Tells others that the user is typing: at most every three seconds, and once when it ends. */
export function typingSignal(send: (typing: boolean) => void): TypingSignal {
  let last = Number.NEGATIVE_INFINITY;
  let told = false;
  let idle: ReturnType<typeof setTimeout> | undefined;
  const stopped = () => {
    clearTimeout(idle);
    if (told) send(false);
    told = false;
    last = Number.NEGATIVE_INFINITY;
  };
  return {
    stopped,
    typed(text) {
      if (text.trim() === "") {
        stopped();
        return;
      }
      clearTimeout(idle);
      idle = setTimeout(stopped, IDLE);
      if (Date.now() - last < SIGNAL_EVERY) return;
      last = Date.now();
      told = true;
      send(true);
    },
  };
}
