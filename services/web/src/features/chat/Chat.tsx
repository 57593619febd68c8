import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { isCode } from "@/api/failure";
import { orderOptions } from "@/api/orders";
import type { Order } from "@/api/schema";
import { useSession } from "@/api/useSession";
import { chat } from "@/i18n/en/chat";
import { useWords } from "@/i18n/language";
import { useWatch } from "@/live/useWatch";
import { Card } from "@/ui/Card";
import { FailureNote } from "@/ui/Failure";
import { TextLink } from "@/ui/links";
import classes from "./Chat.module.css";
import { Composer } from "./Composer";
import { useConversationEvents } from "./conversations";
import { MessageLog } from "./MessageLog";
import type { Waiting } from "./outbox";
import { draft, outboxOf } from "./outboxes";
import { Present } from "./Present";
import { useMessages } from "./useMessages";
import { useOutbox } from "./useOutbox";
import { usePresent, useTypers } from "./usePeople";

/** The conversation of an order: live, and kept while there is no connection. */
export function Chat({ orderId }: { orderId: string }) {
  return <Conversation key={orderId} orderId={orderId} />;
}

function Conversation({ orderId }: { orderId: string }) {
  const t = useWords(chat);
  const { data: order } = useQuery(orderOptions(orderId));
  const me = useMe(order);
  const conversation = useMessages(orderId);
  const [outbox] = useState(() => outboxOf(orderId));
  const waiting = useOutbox(outbox, conversation.add);
  const { present, set } = usePresent(orderId, me);
  const typers = useTypers(orderId, me);
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(() => draft.get(orderId));
  useConversationEvents(orderId);
  const write = (next: string) => {
    setText(next);
    draft.keep(orderId, next);
  };
  const edit = (message: Waiting) => {
    outbox.discard(message.clientId);
    write([message.body, text].filter(Boolean).join("\n"));
    field.current?.focus();
  };
  return (
    <Card title={t.title} aside={<Present people={present} />} flush>
      {conversation.error && <NotLoaded error={conversation.error} onRetry={conversation.retry} />}
      {!conversation.isLoaded && !conversation.error && <Loading />}
      {conversation.isLoaded && (
        <>
          <Watching
            orderId={orderId}
            newest={conversation.newest}
            onAnswer={(answer) => {
              set(answer.present);
              conversation.catchUp(answer);
            }}
          />
          <MessageLog
            orderId={orderId}
            me={me}
            conversation={conversation}
            outbox={outbox}
            waiting={waiting}
            typers={typers}
            onEdit={edit}
          />
          {order?.replacedById ? (
            <Closed by={order.replacedById} />
          ) : (
            <Composer orderId={orderId} field={field} text={text} onChange={write} onSend={outbox.send} />
          )}
        </>
      )}
    </Card>
  );
}

/** The id of the reader. A guest's orders are all their own. */
function useMe(order: Order | undefined): string | null {
  const state = useSession();
  if (state.kind === "user") return state.user.id;
  return state.kind === "guest" ? (order?.customer.id ?? null) : null;
}

type WatchingProps = {
  orderId: string;
  newest: string | undefined;
  onAnswer: Parameters<typeof useWatch>[2];
};

/** Watches the order as soon as messages are loaded: what was missed can only be asked for after a known one. */
function Watching({ orderId, newest, onAnswer }: WatchingProps) {
  useWatch(orderId, () => ({ sinceMessage: newest }), onAnswer);
  return null;
}

function Closed({ by }: { by: string }) {
  const t = useWords(chat);
  const guest = useSession().kind !== "user";
  return (
    <p className={classes.closed}>
      {t.closed}{" "}
      {guest ? (
        <TextLink to="/track/$orderId" params={{ orderId: by }}>
          {t.toReplacement}
        </TextLink>
      ) : (
        <TextLink to="/orders/$orderId" params={{ orderId: by }}>
          {t.toReplacement}
        </TextLink>
      )}
    </p>
  );
}

function NotLoaded({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const t = useWords(chat);
  if (isCode(error, "NOT_FOUND", "FORBIDDEN")) return <p className={classes.refusal}>{t.notYours}</p>;
  return (
    <div className={classes.refusal}>
      <FailureNote error={error} onRetry={onRetry} />
    </div>
  );
}

function Loading() {
  const t = useWords(chat);
  return (
    <div className={classes.loading} role="status" aria-label={t.loading}>
      <Skeleton height="3rem" width="55%" />
      <Skeleton height="2.5rem" width="40%" ml="auto" />
      <Skeleton height="4rem" width="62%" />
      <Skeleton height="2.5rem" width="48%" ml="auto" />
    </div>
  );
}
