import { Button, Group, NumberInput, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { api, body } from "@/api/client";
import { OF_ORDER } from "@/api/orders";
import { refetchNow } from "@/api/queryClient";
import type { NewProgress, Order } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { work } from "@/i18n/en/work";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { FailureNote } from "@/ui/Failure";
import { percent as inPercent } from "@/ui/format";
import { focusFirst, showErrors } from "@/ui/formErrors";
import { sendOnce } from "@/ui/keptWrite";
import { notify } from "@/ui/notify";
import { useLatestProgress } from "./LatestProgress";
import { useReload } from "./useReload";

type Values = { step: string; percent: number | string; note: string };

/** What to send: an empty field of the percentage says nothing about it. */
export function progressBody({ step, percent, note }: Values): NewProgress {
  return { step: step.trim(), percent: percent === "" ? null : Number(percent), note: note.trim() || null };
}

function send(id: string, progress: NewProgress) {
  return sendOnce(`waybill.progress.${id}`, JSON.stringify(progress), progress, ({ key, sent }) => {
    const params = { path: { id }, header: { "Idempotency-Key": key } };
    return body(api.POST("/api/v1/orders/{id}/progress", { params, body: sent }));
  });
}

/** Reports a step of the work, which the customer sees at once. */
export function ProgressForm({ order }: { order: Order }) {
  const c = useWords(common);
  const t = useWords(work).progress;
  const latest = useLatestProgress(order.id);
  const { refused } = useReload(order.id);
  const form = useForm<Values>({
    mode: "uncontrolled",
    initialValues: { step: "", percent: "", note: "" },
    validate: ({ step }): Record<string, string> => (step.trim() ? {} : { step: c.required }),
  });
  const attempt = useMutation({
    mutationFn: (values: Values) => send(order.id, progressBody(values)),
    onSuccess: () => {
      form.reset();
      notify.ok(t.reported);
      void refetchNow(OF_ORDER.progress);
    },
    onError: (error) => {
      showErrors(form, error);
      refused(error);
    },
  });
  return (
    <Card title={t.title}>
      <form noValidate onSubmit={form.onSubmit((values) => attempt.mutate(values), focusFirst(form))}>
        <Stack gap="sm">
          <Text size="sm" c="dimmed">
            {t.hint}
            {latest && ` ${t.last(latest.step, latest.percent === null ? null : inPercent(latest.percent / 100))}`}
          </Text>
          {attempt.isError && <FailureNote error={attempt.error} />}
          <TextInput
            label={t.step}
            placeholder={t.stepExample}
            required
            maxLength={200}
            key={form.key("step")}
            {...form.getInputProps("step")}
          />
          <NumberInput
            label={t.percent}
            description={t.percentHint}
            min={0}
            max={100}
            step={5}
            allowDecimal={false}
            maw="12rem"
            key={form.key("percent")}
            {...form.getInputProps("percent")}
          />
          <Textarea
            label={t.note}
            autosize
            minRows={2}
            maxRows={10}
            maxLength={2000}
            key={form.key("note")}
            {...form.getInputProps("note")}
          />
          <Group>
            <Button type="submit" loading={attempt.isPending}>
              {t.report}
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}
