import { Kbd, Modal } from "@mantine/core";
import { Fragment } from "react";
import { shell } from "@/i18n/en/shell";
import { useWords } from "@/i18n/language";
import classes from "./ShortcutHelp.module.css";

/** The key that browsers on Apple's systems use where others have Ctrl. */
const MOD = /mac|iphone|ipad/i.test(navigator.platform) ? "⌘" : "Ctrl";

/** Each shortcut by its keys; `+` between keys that are pressed together. */
const SHORTCUTS = [
  ["palette", `${MOD}+K`],
  ["search", "/"],
  ["down", "J"],
  ["up", "K"],
  ["select", "X"],
  ["open", "Enter"],
  ["close", "Esc"],
  ["help", "?"],
] as const;

/** The keys that the pages know. */
export function ShortcutHelp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const t = useWords(shell);
  return (
    <Modal opened={opened} onClose={onClose} title={t.shortcuts}>
      <dl className={classes.list}>
        {SHORTCUTS.map(([name, keys]) => (
          <div key={name} className={classes.row}>
            <dt>{t.shortcut[name]}</dt>
            <dd>
              {keys.split("+").map((key, index) => (
                <Fragment key={key}>
                  {index > 0 && " + "}
                  <Kbd>{key}</Kbd>
                </Fragment>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <p className={classes.hint}>{t.shortcutsHint}</p>
    </Modal>
  );
}
