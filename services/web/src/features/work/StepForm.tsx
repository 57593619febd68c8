import { Button, Group, Textarea } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useEffect, useEffectEvent } from "react";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { focusField, focusFirst, showErrors } from "@/ui/formErrors";
import { useReload } from "./useReload";
import classes from "./Work.module.css";

/** What can be written: `note` and `customerNote` are read by the customer, `reason` is internal. */
export type StepTexts = { reason: string; note: string; customerNote: string };

export type StepField = { name: keyof StepTexts; label: string; description: string; required?: boolean };

type Props = {
  orderId: string;
  label: string;
  intro?: ReactNode;
  fields: StepField[];
  submit: string;
  act: (texts: StepTexts) => Promise<void>;
  onDone: () => void;
  onCancel: () => void;
};

/** Longest reason and note of the API. */
const LONGEST = 2000;

/** A step of the work with what is said about it. */
export function StepForm({ orderId, label, intro, fields, submit, act, onDone, onCancel }: Props) {
  const c = useWords(common);
  const { refused } = useReload(orderId);
  const form = useForm<StepTexts>({
    mode: "uncontrolled",
    initialValues: { reason: "", note: "", customerNote: "" },
    validate: (texts): Record<string, string> =>
      Object.fromEntries(
        fields.filter(({ name, required }) => required && !texts[name].trim()).map(({ name }) => [name, c.required]),
      ),
  });
  const attempt = useMutation({
    mutationFn: ({ reason, note, customerNote }: StepTexts) =>
      act({ reason: reason.trim(), note: note.trim(), customerNote: customerNote.trim() }),
    onSuccess: onDone,
    onError: (error) => {
      showErrors(form, error);
      refused(error);
    },
  });
  const first = fields[0]?.name;
  const focus = useEffectEvent(() => focusField(form, first));
  // The form opens by a click on its button; its fields follow the shop's settings.
  useEffect(() => {
    if (first) focus();
  }, [first]);
  return (
    <form
      noValidate
      className={classes.form}
      aria-label={label}
      onSubmit={form.onSubmit((texts) => attempt.mutate(texts), focusFirst(form))}
    >
      {intro && <div>{intro}</div>}
      {attempt.isError && <FailureNote error={attempt.error} />}
      {fields.map(({ name, label: title, description, required }) => (
        <Textarea
          key={form.key(name)}
          label={title}
          description={description}
          required={required ?? false}
          autosize
          minRows={2}
          maxRows={10}
          maxLength={LONGEST}
          {...form.getInputProps(name)}
        />
      ))}
      <Group gap="xs">
        <Button type="submit" loading={attempt.isPending}>
          {submit}
        </Button>
        <Button variant="default" disabled={attempt.isPending} onClick={onCancel}>
          {c.cancel}
        </Button>
      </Group>
    </form>
  );
}
