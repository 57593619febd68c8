import { Button, FileButton, Text } from "@mantine/core";
import { Upload } from "lucide-react";
import { type DragEvent, useRef, useState } from "react";
import classes from "./DropZone.module.css";

type Props = {
  label: string;
  hint: string;
  /** What the button says. */
  choose: string;
  /** Types for the browser's dialog; dropped files may have others. */
  accept: string;
  multiple?: boolean;
  disabled?: boolean;
  onFiles: (files: File[]) => void;
};

/** Takes files by a button or by dropping them on it. */
export function DropZone({ label, hint, choose, accept, multiple = false, disabled = false, onFiles }: Props) {
  const [over, setOver] = useState(false);
  const reset = useRef<() => void>(null);
  const take = (files: File[]) => {
    if (!disabled && files.length > 0) onFiles(multiple ? files : files.slice(0, 1));
  };
  const hover = (event: DragEvent) => {
    // Other things are dragged too, such as a picture to another place.
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    setOver(!disabled);
  };
  const drop = (event: DragEvent) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    setOver(false);
    take([...event.dataTransfer.files]);
  };
  return (
    <fieldset
      className={classes.zone}
      aria-label={label}
      data-over={over || undefined}
      onDragOver={hover}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <FileButton
        accept={accept}
        multiple={multiple}
        disabled={disabled}
        resetRef={reset}
        onChange={(chosen) => {
          take(Array.isArray(chosen) ? chosen : chosen ? [chosen] : []);
          // So that the same file can be chosen again after it was corrected.
          reset.current?.();
        }}
      >
        {(props) => (
          <Button {...props} variant="default" disabled={disabled} leftSection={<Upload size={16} />}>
            {choose}
          </Button>
        )}
      </FileButton>
      <Text size="sm" c="dimmed">
        {hint}
      </Text>
    </fieldset>
  );
}
