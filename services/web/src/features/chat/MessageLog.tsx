import { Button, Skeleton, VisuallyHidden } from "@mantine/core";
import { ArrowDown } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { Person } from "@/api/schema";
import { chat } from "@/i18n/en/chat";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import classes from "./Chat.module.css";
import { type Line, linesOf } from "./lines";
import { MessageGroup } from "./MessageGroup";
import { foreignAfter, lastRead, unsent } from "./messages";
import { dayName, joined } from "./names";
import type { Outbox, Waiting } from "./outbox";
import { PendingMessage } from "./PendingMessage";
import { useAttention } from "./useAttention";
import { useLogScroll, useStartAtUnread } from "./useLogScroll";
import type { Messages } from "./useMessages";
import { useReading } from "./useReading";
import { useReceipts } from "./useReceipts";

/** Pixels from the top at which older messages are loaded. */
const NEAR_TOP = 120;

type Props = {
  orderId: string;
  me: string | null;
  conversation: Messages;
  outbox: Outbox;
  waiting: readonly Waiting[];
  typers: readonly Person[];
  onEdit: (message: Waiting) => void;
};

/** The messages of a conversation, and those that are being sent. */
export function MessageLog({ orderId, me, conversation, outbox, waiting, typers, onEdit }: Props) {
  const t = useWords(chat);
  const log = useRef<HTMLDivElement>(null);
  const { messages, older } = conversation;
  const pending = unsent(waiting, messages);
  const sent = pending.at(-1)?.clientId;
  const attentive = useAttention(log);
  const scroll = useLogScroll(log, { first: messages[0]?.id, last: sent ?? conversation.newest, sent });
  const { divider, startAt, clearDivider } = useReading(orderId, messages, me, attentive && scroll.atEnd);
  useStartAtUnread(log, startAt);
  const below = useBelow(conversation, me, scroll.atEnd);
  const read = useRead(orderId, conversation, me);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever writes has seen what is above
  useEffect(() => {
    if (sent) clearDivider();
  }, [sent]);

  const look = () => {
    scroll.look();
    if ((log.current?.scrollTop ?? NEAR_TOP) < NEAR_TOP && !older.error) older.load();
  };
  return (
    <div className={classes.frame}>
      <div
        ref={log}
        className={classes.log}
        role="log"
        aria-label={t.log}
        aria-busy={older.loading}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard has to be able to scroll it
        tabIndex={0}
        onScroll={look}
      >
        <Older older={older} />
        {messages.length + pending.length === 0 && <p className={classes.empty}>{t.empty}</p>}
        {linesOf(messages, me, divider).map((line) => (
          <LogLine key={line.key} line={line} read={read} />
        ))}
        {pending.map((message) => (
          <PendingMessage
            key={message.clientId}
            message={message}
            onRetry={() => outbox.retry(message.clientId)}
            onDiscard={() => outbox.discard(message.clientId)}
            onEdit={() => onEdit(message)}
          />
        ))}
      </div>
      {!scroll.atEnd && (
        <Button
          className={classes.below}
          size="compact-sm"
          radius="xl"
          leftSection={<ArrowDown size={14} aria-hidden="true" />}
          onClick={scroll.toEnd}
        >
          {below > 0 ? t.below(below) : t.toNewest}
        </Button>
      )}
      <p className={classes.typing}>
        {typers.length > 0 && t.isTyping(joined(typers.map(({ name }) => name || t.somebody)), typers.length)}
      </p>
    </div>
  );
}

/** How many messages of others arrived since the reader was last at the end. */
function useBelow({ messages, newest }: Messages, me: string | null, atEnd: boolean): number {
  const [seen, setSeen] = useState(newest);
  useEffect(() => {
    if (atEnd) setSeen(newest);
  }, [atEnd, newest]);
  return atEnd || seen === undefined ? 0 : foreignAfter(messages, me, seen);
}

/** Below which own message it stands that others have read it. */
function useRead(orderId: string, { messages }: Messages, me: string | null): { id: string; text: string } | null {
  const t = useWords(chat);
  const found = lastRead(messages, useReceipts(orderId), me);
  if (!found) return null;
  const names = found.readers.flatMap((id) => messages.findLast(({ author }) => author?.id === id)?.author?.name || []);
  return { id: found.id, text: names.length > 0 ? t.readBy(joined(names)) : t.read };
}

function LogLine({ line, read }: { line: Line; read: { id: string; text: string } | null }) {
  const t = useWords(chat);
  switch (line.kind) {
    case "day":
      return <p className={classes.day}>{dayName(line.time)}</p>;
    case "unread":
      return (
        <p className={classes.unread} data-unread>
          {t.unread}
        </p>
      );
    case "system":
      return <p className={classes.system}>{t.system(line.message.body)}</p>;
    case "group":
      return <MessageGroup author={line.author} own={line.own} messages={line.messages} read={read} />;
  }
}

function Older({ older }: { older: Messages["older"] }) {
  const t = useWords(chat);
  if (older.error) return <FailureNote error={older.error} onRetry={older.load} />;
  if (older.loading) {
    return (
      <>
        <VisuallyHidden>{t.loadingOlder}</VisuallyHidden>
        <Skeleton height="2.5rem" width="60%" />
      </>
    );
  }
  if (!older.more) return null;
  return (
    <Button size="compact-sm" variant="subtle" className={classes.older} onClick={older.load}>
      {t.older}
    </Button>
  );
}
