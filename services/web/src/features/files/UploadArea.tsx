import { Button, Group, Radio } from "@mantine/core";
import { Upload } from "lucide-react";
import { useRef } from "react";
import { files as words } from "@/i18n/en/files";
import { useWords } from "@/i18n/language";
import { accepted, type Limits } from "./content";
import type { Purpose } from "./rights";
import { limitsText } from "./texts";
import classes from "./UploadArea.module.css";
import { useDroppedFiles } from "./useDroppedFiles";

type Props = {
  purposes: readonly Purpose[];
  purpose: Purpose;
  onPurpose: (purpose: Purpose) => void;
  limits: Limits;
  /** Whether the customer sees results only later. */
  hidesResults: boolean;
  onFiles: (files: File[]) => void;
};

/** Takes files by a button, by dropping, and by pasting anywhere on the page. */
export function UploadArea({ purposes, purpose, onPurpose, limits, hidesResults, onFiles }: Props) {
  const w = useWords(words);
  const input = useRef<HTMLInputElement>(null);
  const area = useRef<HTMLDivElement>(null);
  const over = useDroppedFiles(area, onFiles);
  return (
    <div ref={area} className={`${classes.area} no-print`} data-over={over || undefined}>
      {purposes.length > 1 && (
        <Radio.Group label={w.purpose} value={purpose} onChange={onPurpose}>
          <Group gap="md" mt={4}>
            {purposes.map((one) => (
              <Radio key={one} value={one} label={w.purposes[one]} />
            ))}
          </Group>
        </Radio.Group>
      )}
      {purpose === "RESULT" && hidesResults && <p className={classes.note}>{w.hiddenUntilDone}</p>}
      <Group gap="sm">
        <Button
          variant="default"
          leftSection={<Upload size={16} aria-hidden="true" />}
          onClick={() => input.current?.click()}
        >
          {w.add}
        </Button>
        <span className={classes.hint}>
          {over ? w.dropNow : w.drop}
          <br />
          {limitsText(limits)}
        </span>
      </Group>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={w.add}
        accept={accepted(limits.allowedFileTypes)}
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])]);
          // The same file can be chosen again.
          event.target.value = "";
        }}
      />
    </div>
  );
}
