import { Button, Group } from "@mantine/core";
import { Check } from "lucide-react";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import classes from "./Done.module.css";

type Props = { message: string | null; onUndo?: (() => void) | undefined };

/** Says what was done, to screen readers too, and takes it back. */
export function Done({ message, onUndo }: Props) {
  const t = useWords(common);
  return (
    <div role="status">
      {message && (
        <Group gap="xs" className={classes.done}>
          <Check size={16} aria-hidden="true" />
          {message}
          {onUndo && (
            <Button variant="subtle" size="compact-sm" onClick={onUndo}>
              {t.undo}
            </Button>
          )}
        </Group>
      )}
    </div>
  );
}
