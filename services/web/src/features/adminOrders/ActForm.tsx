import { Button, Group, Stack, Textarea, type TextareaProps } from "@mantine/core";
import type { ReactNode, Ref } from "react";
import { ActFailure } from "./ActFailure";
import { MAX_NOTE } from "./limits";

type Props = {
  onSubmit: () => void;
  pending: boolean;
  /** Why the act was refused. */
  error: unknown;
  submit: string;
  /** False: the order does not allow the act any more. */
  possible?: boolean;
  color?: string;
  cancel: string;
  onCancel: () => void;
  children: ReactNode;
};

/** The form of something that is done to an order. */
export function ActForm({
  onSubmit,
  pending,
  error,
  submit,
  possible = true,
  color,
  cancel,
  onCancel,
  children,
}: Props) {
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      <Stack gap="sm">
        {children}
        {Boolean(error) && <ActFailure error={error} />}
        <Group gap="xs">
          <Button type="submit" color={color} disabled={!possible} loading={pending}>
            {submit}
          </Button>
          <Button variant="default" onClick={onCancel}>
            {cancel}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

type NoteProps = Pick<TextareaProps, "label" | "description"> & {
  value: string;
  onChange: (value: string) => void;
  inputRef?: Ref<HTMLTextAreaElement>;
};

/** A reason or a note. */
export function NoteField({ onChange, inputRef, ...props }: NoteProps) {
  return (
    <Textarea
      {...props}
      ref={inputRef}
      maxLength={MAX_NOTE}
      autosize
      minRows={2}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
