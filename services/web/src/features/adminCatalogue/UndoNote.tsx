import { Button, Group } from "@mantine/core";
import { Undo2 } from "lucide-react";
import { useEffect, useRef } from "react";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import classes from "./UndoNote.module.css";

type Props = {
  /** What was done; null if there is nothing to undo. */
  message: string | null;
  onUndo?: (() => void) | undefined;
  busy?: boolean;
};

/** Says what was done, and takes it back. Always shown, so that screen readers hear what appears in it. */
export function UndoNote({ message, onUndo, busy = false }: Props) {
  const t = useWords(common);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // What was deleted had the focus.
    if (message && document.activeElement === document.body) button.current?.focus();
  }, [message]);
  return (
    <div role="status" className={message ? classes.note : classes.silent}>
      {message && (
        <Group justify="space-between" gap="xs">
          <span>{message}</span>
          {onUndo && (
            <Button
              ref={button}
              size="xs"
              variant="default"
              leftSection={<Undo2 size={14} />}
              loading={busy}
              onClick={onUndo}
            >
              {t.undo}
            </Button>
          )}
        </Group>
      )}
    </div>
  );
}
