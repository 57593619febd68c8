import { SegmentedControl, Skeleton, Stack } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { BellOff } from "lucide-react";
import { useRef } from "react";
import type { Notification } from "@/api/schema";
import { notifications as words } from "@/i18n/en/notifications";
import { useWords } from "@/i18n/language";
import { useLiveStatus } from "@/live/useLive";
import { Card } from "@/ui/Card";
import { Empty } from "@/ui/Empty";
import { FailureNote } from "@/ui/Failure";
import { Pager } from "@/ui/Pager";
import { useDelayedDelete } from "@/ui/useDelayedDelete";
import { Arrived } from "./Arrived";
import { InboxRow } from "./InboxRow";
import { reloadInbox, useCount, useNotifications } from "./inboxQueries";
import classes from "./Notifications.module.css";
import { ReadAll } from "./ReadAll";
import { useInboxActions } from "./useInboxActions";
import { useArrived } from "./useInboxEvents";

type Props = {
  unread: boolean;
  cursor: string | undefined;
  onUnread: (unread: boolean) => void;
  onCursor: (cursor: string | undefined) => void;
};

/** All notifications, or the unread ones. */
export function Inbox({ unread, cursor, onUnread, onCursor }: Props) {
  const w = useWords(words);
  const client = useQueryClient();
  const count = useCount(useLiveStatus() === "online") ?? 0;
  const query = { unreadOnly: unread || undefined, cursor, limit: 20 };
  const { data, error, refetch, isPlaceholderData } = useNotifications(query);
  const rows = data?.items;
  const arrived = useArrived(rows);
  const { read, readAll, remove } = useInboxActions();
  // Another page of the list may be shown when it is deleted.
  const removed = useRef(new Map<string, Notification>());
  const deletion = useDelayedDelete(async (id) => {
    const notification = removed.current.get(id);
    if (notification) await remove(notification);
  });
  return (
    <Card flush>
      <div className={classes.head}>
        <SegmentedControl
          size="xs"
          aria-label={w.show}
          value={unread ? "unread" : "all"}
          onChange={(value) => onUnread(value === "unread")}
          data={[
            { value: "all", label: w.all },
            { value: "unread", label: w.onlyUnread },
          ]}
        />
        <ReadAll count={count} pending={readAll.isPending} onClick={() => readAll.mutate()} />
      </div>
      {readAll.isError && <Failed error={readAll.error} onRetry={() => readAll.mutate()} />}
      {error && !rows && <Failed error={error} onRetry={() => void refetch()} />}
      {!rows && !error && <Loading />}
      {!cursor && <Arrived count={arrived} onShow={() => reloadInbox(client)} />}
      {rows?.length === 0 && (
        <Empty
          icon={<BellOff aria-hidden="true" />}
          title={unread ? w.noneUnread : w.empty}
          hint={unread ? undefined : w.emptyHint}
        />
      )}
      {rows && rows.length > 0 && (
        <ul className={classes.list} aria-busy={isPlaceholderData}>
          {rows.map((notification) => (
            <InboxRow
              key={notification.id}
              notification={notification}
              onRead={() => read(notification)}
              onRemove={() => {
                removed.current.set(notification.id, notification);
                deletion.remove(notification.id);
              }}
              onUndo={() => deletion.undo(notification.id)}
              deletion={deletion.of(notification.id)}
            />
          ))}
        </ul>
      )}
      <Pager cursor={cursor} next={data?.nextCursor} onChange={onCursor} />
    </Card>
  );
}

function Failed({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  return (
    <div className={classes.failure}>
      <FailureNote error={error} onRetry={onRetry} />
    </div>
  );
}

function Loading() {
  const w = useWords(words);
  return (
    <Stack gap="md" className={classes.loading} role="status" aria-label={w.loading}>
      {["a", "b", "c", "d", "e", "f"].map((row) => (
        <Skeleton key={row} height="3.9rem" />
      ))}
    </Stack>
  );
}
