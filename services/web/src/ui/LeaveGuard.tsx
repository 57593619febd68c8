import { Button, Group, Modal } from "@mantine/core";
import { useBlocker } from "@tanstack/react-router";
import { type ReactNode, useCallback } from "react";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";

type Place = { pathname: string };

type Props = {
  unsaved: boolean;
  /** What would be lost. */
  children: ReactNode;
};

/** Asks before a page with unsaved changes is left; the browser asks before the tab is closed. */
export function LeaveGuard({ unsaved, children }: Props) {
  const t = useWords(common);
  // A change of the address within the page, such as another page of a list, leaves the form in place.
  const leaves = useCallback(
    ({ current, next }: { current: Place; next: Place }) => current.pathname !== next.pathname,
    [],
  );
  const blocker = useBlocker({
    shouldBlockFn: leaves,
    enableBeforeUnload: unsaved,
    disabled: !unsaved,
    withResolver: true,
  });
  const stay = () => blocker.reset?.();
  return (
    <Modal
      opened={blocker.status === "blocked"}
      onClose={stay}
      title={t.leaveTitle}
      closeButtonProps={{ "aria-label": t.close }}
      centered
    >
      {children}
      <Group justify="flex-end" mt="lg" gap="xs">
        <Button variant="default" onClick={() => blocker.proceed?.()}>
          {t.leave}
        </Button>
        <Button data-autofocus onClick={stay}>
          {t.stay}
        </Button>
      </Group>
    </Modal>
  );
}
