import { Button, Group, VisuallyHidden } from "@mantine/core";
import { CircleAlert, Clock } from "lucide-react";
import { ApiError } from "@/api/failure";
import { chat } from "@/i18n/en/chat";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { failureText } from "@/ui/Failure";
import classes from "./Message.module.css";
import { MessageText } from "./MessageText";
import type { Refusal, Waiting } from "./outbox";

type Props = {
  message: Waiting;
  onRetry: () => void;
  onDiscard: () => void;
  /** Takes the text back into the field. */
  onEdit: () => void;
};

/** An own message that is not stored yet, with its state; a refused one stays until the user decides. */
export function PendingMessage({ message, onRetry, onDiscard, onEdit }: Props) {
  const t = useWords(chat);
  const words = useWords(common);
  const { state, refusal } = message;
  return (
    <div className={classes.group} data-own>
      <div className={classes.message}>
        <VisuallyHidden>{t.you}</VisuallyHidden>
        <p className={classes.bubble} data-state={state}>
          <MessageText text={message.body} />
        </p>
        {state === "refused" ? (
          <div className={classes.refused} role="alert">
            <span className={classes.state} data-tone="bad">
              <CircleAlert size={14} aria-hidden="true" />
              {t.refused} {refusal && <Why refusal={refusal} />}
            </span>
            <Group gap="xs" justify="flex-end">
              <Button size="compact-sm" variant="default" onClick={onRetry}>
                {words.retry}
              </Button>
              <Button size="compact-sm" variant="default" onClick={onEdit}>
                {words.edit}
              </Button>
              <Button size="compact-sm" variant="default" onClick={onDiscard}>
                {t.discard}
              </Button>
            </Group>
          </div>
        ) : (
          <span className={classes.state}>
            <Clock size={14} aria-hidden="true" />
            {state === "waiting" ? t.waiting : t.sending}
          </span>
        )}
      </div>
    </div>
  );
}

function Why({ refusal }: { refusal: Refusal }) {
  const t = useWords(chat);
  if (refusal.code === "NOT_FOUND" || refusal.code === "FORBIDDEN") return <>{t.notParticipant}</>;
  return <>{failureText(new ApiError({ status: 0, ...refusal })).title}</>;
}
