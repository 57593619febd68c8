import { Alert, Button, Group, Text } from "@mantine/core";
import { CircleAlert, WifiOff } from "lucide-react";
import { failureOf } from "@/api/failure";
import { common } from "@/i18n/en/common";
import { useWords, wordsOf } from "@/i18n/language";

/** What to tell the user about an error: a sentence, and what to do. */
export function failureText(error: unknown): { title: string; hint: string | null; requestId: string | null } {
  const t = wordsOf(common);
  const failure = failureOf(error);
  if (failure.kind === "unreachable") return { title: t.unreachable, hint: t.unreachableHint, requestId: null };
  if (failure.kind === "broken") return { title: t.somethingBroke, hint: failure.message, requestId: null };
  const { code, message, requestId, retryAfter } = failure.error;
  const hint = retryAfter === null ? null : t.tryLater(retryAfter);
  return { title: t.errors[code] ?? sentence(message), hint, requestId };
}

/** Messages of the API begin with a small letter and end without a full stop. */
export function sentence(message: string): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

type Props = { error: unknown; onRetry?: (() => void) | undefined };

/** An error in the place of what could not be shown or done, with a repeat and the id that the operator can look for. */
export function FailureNote({ error, onRetry }: Props) {
  const t = useWords(common);
  const { title, hint, requestId } = failureText(error);
  const offline = failureOf(error).kind === "unreachable";
  return (
    <Alert role="alert" color="red" variant="light" icon={offline ? <WifiOff /> : <CircleAlert />} title={title}>
      {hint && <Text size="sm">{hint}</Text>}
      {(onRetry || requestId) && (
        <Group justify="space-between" mt="xs">
          {onRetry && (
            <Button size="xs" variant="default" onClick={onRetry}>
              {t.retry}
            </Button>
          )}
          {requestId && (
            <Text size="xs" c="dimmed" className="code">
              {t.requestId(requestId)}
            </Text>
          )}
        </Group>
      )}
    </Alert>
  );
}
