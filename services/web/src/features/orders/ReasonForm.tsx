import { Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { FailureNote } from "@/ui/Failure";

type Props = {
  title: string;
  /** What will happen. */
  hint: string;
  required?: boolean;
  attempt: { isPending: boolean; error: unknown; mutate: (reason: string) => void };
  submit: string;
  color?: string;
  cancel: string;
  onCancel: () => void;
};

/** Asks why an order is to be cancelled. */
export function ReasonForm({ title, hint, required = false, attempt, submit, color, cancel, onCancel }: Props) {
  const words = useWords(common);
  const field = useRef<HTMLTextAreaElement>(null);
  const [reason, setReason] = useState("");
  const [isMissing, setMissing] = useState(false);
  useEffect(() => field.current?.focus(), []);
  return (
    <Card title={title}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          const missing = required && reason.trim() === "";
          setMissing(missing);
          if (missing) field.current?.focus();
          else attempt.mutate(reason.trim());
        }}
      >
        <Stack gap="sm">
          {Boolean(attempt.error) && <FailureNote error={attempt.error} />}
          <Text>{hint}</Text>
          <Textarea
            ref={field}
            label={required ? words.reason : `${words.reason} (${words.optional})`}
            required={required}
            withAsterisk={false}
            maxLength={2000}
            autosize
            minRows={2}
            maxRows={8}
            value={reason}
            error={isMissing && words.required}
            onChange={(event) => {
              setReason(event.currentTarget.value);
              setMissing(false);
            }}
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onCancel}>
              {cancel}
            </Button>
            <Button type="submit" color={color} loading={attempt.isPending}>
              {submit}
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}
