import { Button, Group } from "@mantine/core";
import { Check } from "lucide-react";
import { type Ref, useEffect, useRef } from "react";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import classes from "./Done.module.css";

type Props = {
  /** What was done; null if nothing was. */
  message: string | null;
  onUndo?: (() => void) | undefined;
  busy?: boolean;
};

/** Says what was done, to screen readers too, and takes it back. */
export function Done({ message, onUndo, busy = false }: Props) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // What was deleted had the focus.
    if (message && document.activeElement === document.body) button.current?.focus();
  }, [message]);
  return (
    <div role="status" className={message ? undefined : classes.silent}>
      {message && <DoneText message={message} onUndo={onUndo} busy={busy} undoRef={button} />}
    </div>
  );
}

type TextProps = { message: string; onUndo: Props["onUndo"]; busy?: boolean; undoRef?: Ref<HTMLButtonElement> };

/** The same within something that is read out already. */
export function DoneText({ message, onUndo, busy = false, undoRef }: TextProps) {
  const t = useWords(common);
  return (
    <Group gap="xs" className={classes.done}>
      <Check size={16} aria-hidden="true" />
      {message}
      {onUndo && (
        <Button ref={undoRef} variant="subtle" size="compact-sm" loading={busy} onClick={onUndo}>
          {t.undo}
        </Button>
      )}
    </Group>
  );
}
