import { VisuallyHidden } from "@mantine/core";
import { CheckCheck } from "lucide-react";
import type { Message, Person } from "@/api/schema";
import { chat } from "@/i18n/en/chat";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { clock, dateTime } from "@/ui/format";
import classes from "./Message.module.css";
import { MessageText } from "./MessageText";

type Props = {
  author: Person;
  own: boolean;
  messages: Message[];
  /** The message below which stands that it was read, and the text. */
  read: { id: string; text: string } | null;
};

/** Messages that somebody wrote one after the other; own ones are at the right. */
export function MessageGroup({ author, own, messages, read }: Props) {
  const t = useWords(chat);
  const names = useWords(common);
  const first = messages[0];
  return (
    <div className={classes.group} data-own={own || undefined}>
      <div className={classes.author}>
        {own ? <VisuallyHidden>{t.you}</VisuallyHidden> : <strong>{author.name || t.somebody}</strong>}
        {!own && author.role !== "CUSTOMER" && <span>{names.role[author.role]}</span>}
        {first && (
          <time dateTime={first.createdAt} title={dateTime(first.createdAt)}>
            {clock(first.createdAt)}
          </time>
        )}
      </div>
      {messages.map((message) => (
        <div key={message.id} className={classes.message}>
          <p className={classes.bubble} title={dateTime(message.createdAt)}>
            <MessageText text={message.body} />
          </p>
          {read?.id === message.id && (
            <span className={classes.state}>
              <CheckCheck size={14} aria-hidden="true" />
              {read.text}
            </span>
          )}
        </div>
      ))}
    </div>
  );
}
