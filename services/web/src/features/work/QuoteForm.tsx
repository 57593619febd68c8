import { Button, Group, SegmentedControl, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, body } from "@/api/client";
import type { Order } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { work } from "@/i18n/en/work";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { day, localDay, money } from "@/ui/format";
import { focusFirst } from "@/ui/formErrors";
import { notify } from "@/ui/notify";
import { QuoteLines } from "./QuoteLines";
import {
  endOfDay,
  ownTotal,
  type QuoteDraft,
  quoteBody,
  quoteComplaints,
  quoteDraft,
  quoteField,
  quoteTotal,
} from "./quoteDraft";
import { showComplaints } from "./showComplaints";
import { useReload } from "./useReload";
import classes from "./Work.module.css";

/** Offers a price for a request: lines or one amount, until when it stands, and a note. */
export function QuoteForm({ order, onDone }: { order: Order; onDone: () => void }) {
  const c = useWords(common);
  const t = useWords(work).quote;
  const { changed, refused } = useReload(order.id);
  const [start] = useState(() => ({ now: Date.now(), draft: quoteDraft(order, Date.now()) }));
  const { currency } = order.total;
  const words = { required: c.required, notAnAmount: t.notAnAmount, notAQuantity: t.notAQuantity, ...t.dayComplaints };
  const form = useForm<QuoteDraft>({
    initialValues: start.draft,
    validate: (draft): Record<string, string> => quoteComplaints(draft, currency, words, Date.now()),
  });
  const attempt = useMutation({
    mutationFn: (draft: QuoteDraft) =>
      body(api.PUT("/api/v1/orders/{id}/quote", { params: { path: { id: order.id } }, body: quoteBody(order, draft) })),
    onSuccess: (next) => {
      changed(next);
      notify.ok(t.offered);
      onDone();
    },
    onError: (error) => {
      refused(error);
      showComplaints(form, error, quoteField);
    },
  });
  const draft = form.values;
  const total = quoteTotal(order, draft);
  const own = ownTotal(order);
  const until = endOfDay(draft.validUntil);
  const lastDay = until && day(until.toISOString());
  return (
    <form noValidate onSubmit={form.onSubmit((values) => attempt.mutate(values), focusFirst(form))}>
      <Stack gap="sm">
        {attempt.isError && <FailureNote error={attempt.error} />}
        <SegmentedControl
          aria-label={t.how}
          data={[
            { value: "lines", label: t.byLines },
            { value: "amount", label: t.byAmount },
          ]}
          value={draft.how}
          onChange={(how) => form.setFieldValue("how", how === "amount" ? "amount" : "lines")}
        />
        {draft.how === "lines" ? (
          <QuoteLines form={form} currency={currency} />
        ) : (
          <TextInput
            label={t.amount}
            description={t.amountHint}
            required
            inputMode="decimal"
            rightSection={currency}
            rightSectionWidth="3.5rem"
            maw="16rem"
            {...form.getInputProps("amount")}
          />
        )}
        <TextInput
          type="date"
          label={t.lastDay}
          description={t.lastDayHint}
          required
          min={localDay(start.now)}
          maw="16rem"
          {...form.getInputProps("validUntil")}
        />
        <Textarea
          label={t.note}
          description={t.noteHint}
          autosize
          minRows={2}
          maxRows={10}
          maxLength={2000}
          {...form.getInputProps("note")}
        />
        <div className={classes.offerSum} role="status">
          {own > 0 && <Text size="sm">{t.ownProducts(money({ amount: own, currency }))}</Text>}
          <strong>{total === null ? t.incomplete : t.customerPays(money({ amount: total, currency }), lastDay)}</strong>
        </div>
        <Group gap="xs">
          <Button type="submit" loading={attempt.isPending}>
            {order.quote?.state === "OFFERED" ? t.offerAgain : t.offer}
          </Button>
          {order.quote?.state === "OFFERED" && (
            <Button variant="default" disabled={attempt.isPending} onClick={onDone}>
              {c.cancel}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}
