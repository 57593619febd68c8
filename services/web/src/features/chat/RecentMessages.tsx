import { Skeleton, Stack } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { MessageSquare } from "lucide-react";
import type { Conversation } from "@/api/schema";
import { useUser } from "@/api/useSession";
import { chat } from "@/i18n/en/chat";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { Empty } from "@/ui/Empty";
import { FailureNote } from "@/ui/Failure";
import { Ago } from "@/ui/Time";
import { useConversationEvents, useConversations } from "./conversations";
import classes from "./RecentMessages.module.css";

const SHOWN = 6;

/** The conversations with the newest messages, with a link to their orders. */
export function RecentMessages() {
  const t = useWords(chat);
  const { data, error, refetch } = useConversations();
  useConversationEvents();
  // An order of which nobody has written yet is no message.
  const written = data?.items.filter(({ lastMessage }) => lastMessage).slice(0, SHOWN);
  return (
    <Card title={t.recent} flush>
      {!data && error && (
        <Stack p="md">
          <FailureNote error={error} onRetry={() => void refetch()} />
        </Stack>
      )}
      {!data && !error && (
        <Stack gap="md" p="md" role="status" aria-label={t.loading}>
          <Skeleton height="2.9rem" />
          <Skeleton height="2.9rem" />
          <Skeleton height="2.9rem" />
        </Stack>
      )}
      {written?.length === 0 && (
        <Empty icon={<MessageSquare aria-hidden="true" />} title={t.recentEmpty} hint={t.recentEmptyHint} />
      )}
      {written && written.length > 0 && (
        <ul className={classes.list}>
          {written.map((conversation) => (
            <li key={conversation.orderId}>
              <Row conversation={conversation} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Row({ conversation }: { conversation: Conversation }) {
  const t = useWords(chat);
  const me = useUser()?.id;
  const { orderId, orderNumber, title, unread, lastMessage } = conversation;
  const last = lastMessage && {
    system: t.system(lastMessage.body),
    you: `${t.you}: ${lastMessage.body}`,
    other: `${lastMessage.author?.name || t.somebody}: ${lastMessage.body}`,
  };
  const kind = !lastMessage?.author ? "system" : lastMessage.author.id === me ? "you" : "other";
  return (
    <Link to="/orders/$orderId" params={{ orderId }} className={classes.row} data-unread={unread > 0 || undefined}>
      <span className={classes.name}>
        {title || <span className="code">{orderNumber}</span>}
        {title && <span className={`${classes.number} code`}>{orderNumber}</span>}
      </span>
      <span className={classes.time}>{lastMessage && <Ago time={lastMessage.createdAt} />}</span>
      <span className={classes.text}>{last?.[kind]}</span>
      {unread > 0 && <span className={classes.count}>{t.unreadCount(unread)}</span>}
    </Link>
  );
}
