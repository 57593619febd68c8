import { Button, Group } from "@mantine/core";
import type { ReactNode } from "react";
import { adminPeople } from "@/i18n/en/adminPeople";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { DoneText } from "@/ui/Done";
import classes from "./SaveBar.module.css";

type Props = {
  changes: string[];
  saving: boolean;
  onDiscard: () => void;
  /** After saving. */
  saved: boolean;
  onUndo: (() => void) | undefined;
  /** Messages above the bar. */
  children: ReactNode;
};

/** What is not saved yet, always in view once there is something. It is there before there is anything, so that the page does not jump. */
export function SaveBar({ changes, saving, onDiscard, saved, onUndo, children }: Props) {
  const t = useWords(common);
  const { settings: w } = useWords(adminPeople);
  const dirty = changes.length > 0;
  return (
    <div className={classes.place} data-sticky={dirty || saved || undefined}>
      {children}
      <div className={classes.bar} data-dirty={dirty || undefined}>
        <div role="status" className={classes.what}>
          {dirty && `${w.unsaved(changes.length)}: ${changes.join(", ")}`}
          {!dirty && !saved && w.nothingChanged}
          {!dirty && saved && <DoneText message={w.saved} onUndo={onUndo} />}
        </div>
        <Group gap="xs" wrap="nowrap">
          <Button variant="default" disabled={!dirty || saving} onClick={onDiscard}>
            {w.discard}
          </Button>
          <Button type="submit" disabled={!dirty} loading={saving}>
            {t.save}
          </Button>
        </Group>
      </div>
    </div>
  );
}
