import { Button, Group, Stack, Text } from "@mantine/core";
import type { FormEvent, ReactNode } from "react";
import { FailureNote } from "@/ui/Failure";

type Props = {
  attempt: { isPending: boolean; isSuccess: boolean; error: unknown; reset: () => void };
  /** Whether the refusal is shown at the fields. */
  atFields: boolean;
  onSubmit: (event: FormEvent<HTMLFormElement>) => void;
  submit: string;
  /** What to say after success. */
  done: string;
  children: ReactNode;
};

/** A form that stays after it is saved. */
export function SavingForm({ attempt, atFields, onSubmit, submit, done, children }: Props) {
  return (
    <form
      noValidate
      onSubmit={onSubmit}
      onChange={() => {
        // "Saved" is true until something else is typed.
        if (attempt.isSuccess) attempt.reset();
      }}
    >
      <Stack maw="30rem">
        {Boolean(attempt.error) && !atFields && <FailureNote error={attempt.error} />}
        {children}
        <Group gap="sm">
          <Button type="submit" loading={attempt.isPending}>
            {submit}
          </Button>
          <Text component="span" role="status" size="sm">
            {attempt.isSuccess && done}
          </Text>
        </Group>
      </Stack>
    </form>
  );
}
