import { ActionIcon, VisuallyHidden } from "@mantine/core";
import { SendHorizontal } from "lucide-react";
import { type KeyboardEvent, type RefObject, useEffect, useId, useState } from "react";
import { chat } from "@/i18n/en/chat";
import { useWords } from "@/i18n/language";
import { live } from "@/live/live";
import { useLiveStatus } from "@/live/useLive";
import classes from "./Composer.module.css";
import { type TypingSignal, typingSignal } from "./typing";

const LONGEST = 4_000;
/** From here on the number of characters that are left is shown. */
const NEARLY = 200;

type Props = {
  orderId: string;
  field: RefObject<HTMLTextAreaElement | null>;
  text: string;
  onChange: (text: string) => void;
  onSend: (body: string) => void;
};

/** The field for a message. Enter sends, Shift+Enter begins a new line. */
export function Composer({ orderId, field, text, onChange, onSend }: Props) {
  const t = useWords(chat);
  const offline = useLiveStatus() === "offline";
  const hint = useId();
  const typing = useTyping(orderId);
  const left = LONGEST - [...text.trim()].length;
  const send = () => {
    field.current?.focus();
    if (text.trim() === "" || left < 0) return;
    typing.stopped();
    onSend(text.trim());
    onChange("");
  };
  const press = (event: KeyboardEvent) => {
    // Enter may also end the composition of a character.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <form
      noValidate
      className={classes.composer}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        ref={field}
        className={classes.field}
        rows={1}
        aria-label={t.write}
        aria-describedby={hint}
        aria-invalid={left < 0 || undefined}
        placeholder={t.write}
        enterKeyHint="send"
        value={text}
        onChange={(event) => {
          onChange(event.target.value);
          typing.typed(event.target.value);
        }}
        onBlur={typing.stopped}
        onKeyDown={press}
      />
      <ActionIcon type="submit" size={40} aria-label={t.send} disabled={left < 0}>
        <SendHorizontal size={18} aria-hidden="true" />
      </ActionIcon>
      <p id={hint} className={classes.hint} data-keys={!offline || undefined}>
        {offline ? t.offline : t.keys}
      </p>
      <p className={classes.left} data-over={left < 0 || undefined} aria-hidden="true">
        {left < 0 ? t.tooLong(-left) : left <= NEARLY && t.left(left)}
      </p>
      {/* The number itself would be read with every key. */}
      <VisuallyHidden role="status">{left < 0 ? t.over : left <= NEARLY && t.nearlyOver}</VisuallyHidden>
    </form>
  );
}

/** Tells the others who watch the order. They need no answer: without a connection nobody is told. */
function useTyping(orderId: string): TypingSignal {
  const [signal] = useState(() =>
    typingSignal((typing) => {
      live.ask("chat:typing", { orderId, typing }).catch(() => undefined);
    }),
  );
  useEffect(() => signal.stopped, [signal]);
  return signal;
}
