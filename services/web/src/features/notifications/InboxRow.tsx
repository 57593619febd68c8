import { ActionIcon, Button } from "@mantine/core";
import { Check, Trash2, Undo2 } from "lucide-react";
import { useRef } from "react";
import type { Notification } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { notifications as words } from "@/i18n/en/notifications";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import type { Deletion } from "@/ui/useDelayedDelete";
import { NotificationRow } from "./NotificationRow";
import classes from "./Notifications.module.css";

type Props = {
  notification: Notification;
  onRead: () => void;
  onRemove: () => void;
  onUndo: () => void;
  deletion: Deletion | undefined;
};

/** A notification that can be marked as read and deleted. */
export function InboxRow({ notification, onRead, onRemove, onUndo, deletion }: Props) {
  const t = useWords(common);
  const w = useWords(words);
  const last = useRef<HTMLButtonElement>(null);
  const gone = deletion?.kind === "waiting" || deletion?.kind === "running";
  const actions = (
    <>
      {notification.readAt === null && !gone && (
        <ActionIcon
          variant="subtle"
          size={32}
          aria-label={w.markRead}
          onClick={() => {
            // This button goes away.
            last.current?.focus();
            onRead();
          }}
        >
          <Check size={17} aria-hidden="true" />
        </ActionIcon>
      )}
      {/* One button for both: the focus stays on it. */}
      <Button
        ref={last}
        className={classes.button}
        variant="subtle"
        size="compact-sm"
        leftSection={gone ? <Undo2 size={15} aria-hidden="true" /> : <Trash2 size={15} aria-hidden="true" />}
        disabled={deletion?.kind === "running"}
        onClick={gone ? onUndo : onRemove}
      >
        <span className={gone ? undefined : classes.word}>{gone ? t.undo : t.delete}</span>
      </Button>
    </>
  );
  return (
    <>
      <NotificationRow notification={notification} onOpen={onRead} gone={gone} actions={actions} />
      {deletion?.kind === "failed" && (
        <li className={classes.failure}>
          <FailureNote error={deletion.error} />
        </li>
      )}
    </>
  );
}
