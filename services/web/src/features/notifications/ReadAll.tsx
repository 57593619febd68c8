import { Button } from "@mantine/core";
import { CheckCheck } from "lucide-react";
import { notifications as words } from "@/i18n/en/notifications";
import { useWords } from "@/i18n/language";

type Props = { count: number; pending: boolean; onClick: () => void };

/** Marks all as read, those of other pages too. */
export function ReadAll({ count, pending, onClick }: Props) {
  const w = useWords(words);
  const nothing = count === 0 || undefined;
  return (
    <Button
      size="compact-sm"
      variant="subtle"
      leftSection={<CheckCheck size={15} aria-hidden="true" />}
      // Really disabled, it would lose the focus after the click.
      data-disabled={nothing}
      aria-disabled={nothing}
      loading={pending}
      onClick={() => {
        if (!nothing) onClick();
      }}
    >
      {w.readAll}
    </Button>
  );
}
