import { ActionIcon, Popover, Skeleton, Stack, VisuallyHidden } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Bell, BellOff } from "lucide-react";
import { useState } from "react";
import { notifications as words } from "@/i18n/en/notifications";
import { useWords } from "@/i18n/language";
import { useLiveStatus } from "@/live/useLive";
import { Empty } from "@/ui/Empty";
import { FailureNote } from "@/ui/Failure";
import { TextLink } from "@/ui/links";
import { Arrived } from "./Arrived";
import { reloadInbox, useCount, useNotifications } from "./inboxQueries";
import { NotificationRow } from "./NotificationRow";
import classes from "./Notifications.module.css";
import { ReadAll } from "./ReadAll";
import { useTitleCount } from "./titleCount";
import { useInboxActions } from "./useInboxActions";
import { useArrived, useInboxEvents } from "./useInboxEvents";

const SHOWN = 8;

/** The bell of the shell: how many notifications are unread, and the newest ones. The number is in the window's title too. */
export function NotificationBell() {
  const w = useWords(words);
  const count = useCount(useLiveStatus() === "online") ?? 0;
  const newest = useInboxEvents();
  useTitleCount(count);
  const [opened, setOpened] = useState(false);
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" width={380} trapFocus returnFocus>
      <Popover.Target>
        <ActionIcon
          variant="subtle"
          size="lg"
          className={classes.bell}
          aria-label={count > 0 ? w.bell(count) : w.title}
          onClick={() => setOpened(!opened)}
        >
          <Bell size={18} aria-hidden="true" />
          {count > 0 && (
            <span className={classes.count} aria-hidden="true">
              {count > 99 ? "99+" : count}
            </span>
          )}
        </ActionIcon>
      </Popover.Target>
      <VisuallyHidden role="status">{newest && w.arrived(w.titles[newest.type] ?? newest.title)}</VisuallyHidden>
      <Popover.Dropdown className={classes.popover}>
        <Newest count={count} onClose={() => setOpened(false)} />
      </Popover.Dropdown>
    </Popover>
  );
}

function Newest({ count, onClose }: { count: number; onClose: () => void }) {
  const w = useWords(words);
  const client = useQueryClient();
  const { data, error, refetch } = useNotifications({ limit: SHOWN });
  const rows = data?.items;
  const arrived = useArrived(rows);
  const { read, readAll } = useInboxActions();
  return (
    <>
      <div className={classes.head}>
        <h2>{w.title}</h2>
        <ReadAll count={count} pending={readAll.isPending} onClick={() => readAll.mutate()} />
      </div>
      <div className={classes.scroll}>
        {readAll.isError && (
          <div className={classes.failure}>
            <FailureNote error={readAll.error} onRetry={() => readAll.mutate()} />
          </div>
        )}
        <Arrived count={arrived} onShow={() => reloadInbox(client)} />
        {error && !rows && (
          <div className={classes.failure}>
            <FailureNote error={error} onRetry={() => void refetch()} />
          </div>
        )}
        {!rows && !error && (
          <Stack gap="md" className={classes.loading} role="status" aria-label={w.loading}>
            <Skeleton height="3.4rem" />
            <Skeleton height="3.4rem" />
            <Skeleton height="3.4rem" />
          </Stack>
        )}
        {rows?.length === 0 && <Empty icon={<BellOff aria-hidden="true" />} title={w.empty} hint={w.emptyHint} />}
        {rows && rows.length > 0 && (
          <ul className={classes.list}>
            {rows.map((notification) => (
              <NotificationRow
                key={notification.id}
                notification={notification}
                onOpen={() => {
                  read(notification);
                  onClose();
                }}
              />
            ))}
          </ul>
        )}
      </div>
      <div className={classes.foot}>
        <TextLink to="/notifications" onClick={onClose}>
          {w.showAll}
        </TextLink>
      </div>
    </>
  );
}
