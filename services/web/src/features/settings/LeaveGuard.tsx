import { Button, Group, Modal, Text } from "@mantine/core";
import { useBlocker } from "@tanstack/react-router";
import { adminPeople } from "@/i18n/en/adminPeople";
import { useWords } from "@/i18n/language";

type Props = {
  /** Names of what would be lost; none lets go. */
  changes: string[];
};

/** Asks before changes are lost by going to another page. The browser asks by itself before the tab is closed. */
export function LeaveGuard({ changes }: Props) {
  const { settings: w } = useWords(adminPeople);
  const dirty = changes.length > 0;
  const leaving = useBlocker({
    shouldBlockFn: ({ current, next }) => dirty && current.pathname !== next.pathname,
    enableBeforeUnload: () => dirty,
    withResolver: true,
  });
  return (
    <Modal
      opened={leaving.status === "blocked"}
      onClose={() => leaving.reset?.()}
      title={w.leaveTitle}
      closeButtonProps={{ "aria-label": w.stay }}
      centered
    >
      <Text>{w.leaveHint(changes.length)}</Text>
      <Text fw={600} mt="xs">
        {changes.join(", ")}
      </Text>
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={() => leaving.proceed?.()}>
          {w.leave}
        </Button>
        <Button data-autofocus onClick={() => leaving.reset?.()}>
          {w.stay}
        </Button>
      </Group>
    </Modal>
  );
}
