import { Button, Group } from "@mantine/core";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";

type Props = {
  /** The cursor of the shown page; undefined on the first one. */
  cursor: string | undefined;
  next: string | null | undefined;
  onChange: (cursor: string | undefined) => void;
};

/** Moves through a list by cursors, which are in the address: the browser's Back is the way back. */
export function Pager({ cursor, next, onChange }: Props) {
  const t = useWords(common);
  if (!cursor && !next) return null;
  return (
    <Group justify="flex-end" gap="xs" p="sm">
      {cursor && (
        <Button size="xs" variant="default" onClick={() => onChange(undefined)}>
          {t.firstPage}
        </Button>
      )}
      <Button size="xs" variant="default" disabled={!next} onClick={() => next && onChange(next)}>
        {t.next}
      </Button>
    </Group>
  );
}
