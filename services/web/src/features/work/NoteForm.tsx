import { Button, Group, Radio, Stack, Textarea } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { Eye, Lock } from "lucide-react";
import { api, body } from "@/api/client";
import { OF_ORDER } from "@/api/orders";
import { refetchNow } from "@/api/queryClient";
import type { NewNote, NoteVisibility } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { work } from "@/i18n/en/work";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { focusFirst, showErrors } from "@/ui/formErrors";
import { sendOnce } from "@/ui/keptWrite";

const LONGEST = 5000;

type Values = { body: string; visibility: NoteVisibility };

function send(id: string, note: NewNote) {
  return sendOnce(`waybill.note.${id}`, JSON.stringify(note), note, ({ key, sent }) => {
    const params = { path: { id }, header: { "Idempotency-Key": key } };
    return body(api.POST("/api/v1/orders/{id}/notes", { params, body: sent }));
  });
}

/** Writes a note: internal unless it is meant for the customer, too. The button says who will read it. */
export function NoteForm({ orderId }: { orderId: string }) {
  const c = useWords(common);
  const t = useWords(work).notes;
  const form = useForm<Values>({
    initialValues: { body: "", visibility: "INTERNAL" },
    validate: (values): Record<string, string> => (values.body.trim() ? {} : { body: c.required }),
  });
  const attempt = useMutation({
    mutationFn: (values: Values) => send(orderId, { ...values, body: values.body.trim() }),
    onSuccess: () => {
      // Also back to internal, so that the next note is not shown to the customer by mistake.
      form.reset();
      void refetchNow(OF_ORDER.notes);
    },
    onError: (error) => void showErrors(form, error),
  });
  const isPublic = form.values.visibility === "CUSTOMER";
  const Icon = isPublic ? Eye : Lock;
  return (
    <form noValidate onSubmit={form.onSubmit((values) => attempt.mutate(values), focusFirst(form))}>
      <Stack gap="sm">
        {attempt.isError && <FailureNote error={attempt.error} />}
        <Radio.Group label={t.whoReads} {...form.getInputProps("visibility")}>
          <Group gap="md" mt={6}>
            <Radio value="INTERNAL" label={t.internal} />
            <Radio value="CUSTOMER" label={t.forCustomer} />
          </Group>
        </Radio.Group>
        <Textarea
          label={t.note}
          description={isPublic ? t.customerReads : t.staffReads}
          autosize
          minRows={2}
          maxRows={12}
          maxLength={LONGEST}
          {...form.getInputProps("body")}
        />
        <Group>
          <Button type="submit" loading={attempt.isPending} leftSection={<Icon size={16} aria-hidden="true" />}>
            {isPublic ? t.sendToCustomer : t.addInternal}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
