import { Alert, Button, Group, Text } from "@mantine/core";
import { GitMerge } from "lucide-react";
import { adminCatalogue } from "@/i18n/en/adminCatalogue";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import classes from "./ConflictNote.module.css";

/** A field that others changed, with both values as text. */
export type Change = { label: string; mine: string; theirs: string };

type Props = {
  clashes: Change[];
  taken: Change[];
  /** Puts the others' values into the form. */
  onTake: () => void;
  /** Saves the typed values over the others'. */
  onOverwrite: () => void;
  onClose: () => void;
};

/** Says what others changed while a form was being filled, and lets the user decide about fields that both changed. */
export function ConflictNote({ clashes, taken, onTake, onOverwrite, onClose }: Props) {
  const t = useWords(adminCatalogue);
  const words = useWords(common);
  return (
    <Alert role="alert" color="carbon" variant="light" icon={<GitMerge />} title={t.changedMeanwhile}>
      {taken.length > 0 && (
        <Text size="sm">
          {t.takenOver} {taken.map(({ label, theirs }) => `${label}: ${theirs || "–"}`).join(" · ")}
        </Text>
      )}
      {clashes.length > 0 && (
        <dl className={classes.list}>
          {clashes.map(({ label, mine, theirs }) => (
            <div key={label} className={classes.change}>
              <dt>{label}</dt>
              <dd>
                <span className={classes.whose}>{t.theirs}</span> {theirs || "–"}
              </dd>
              <dd>
                <span className={classes.whose}>{t.yours}</span> {mine || "–"}
              </dd>
            </div>
          ))}
        </dl>
      )}
      <Group gap="xs" mt="xs">
        {clashes.length > 0 ? (
          <>
            <Button size="xs" variant="default" onClick={onTake}>
              {t.takeTheirs}
            </Button>
            <Button size="xs" variant="default" onClick={onOverwrite}>
              {t.overwrite}
            </Button>
          </>
        ) : (
          <Button size="xs" variant="default" onClick={onClose}>
            {words.close}
          </Button>
        )}
      </Group>
    </Alert>
  );
}
