import { Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { isCode } from "@/api/failure";
import { OF_ORDER, showOrder } from "@/api/orders";
import { refetchNow } from "@/api/queryClient";
import { common } from "@/i18n/en/common";
import { orders } from "@/i18n/en/orders";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { FailureNote } from "@/ui/Failure";
import { notify } from "@/ui/notify";
import { askToCancel, loadOrder } from "./changeOrder";

/** Asks the shop to cancel an order that is being worked on. */
export function AskToCancel({ orderId, onDone }: { orderId: string; onDone: () => void }) {
  const t = useWords(orders);
  const words = useWords(common);
  const client = useQueryClient();
  const field = useRef<HTMLTextAreaElement>(null);
  const [reason, setReason] = useState("");
  const [isMissing, setMissing] = useState(false);
  useEffect(() => field.current?.focus(), []);
  const attempt = useMutation({
    mutationFn: () => askToCancel(orderId, reason.trim()),
    onSuccess: () => {
      void refetchNow(OF_ORDER.requests);
      notify.ok(t.requestSent);
      onDone();
    },
    onError: async (error) => {
      // Asked already, perhaps by this very form before the connection broke; or the work has ended meanwhile.
      if (isCode(error, "CONFLICT", "INVALID_TRANSITION")) {
        void refetchNow(OF_ORDER.requests);
        await loadOrder(orderId).then(
          (fresh) => showOrder(fresh, client),
          () => undefined,
        );
      }
    },
  });
  return (
    <Card title={t.askToCancel}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setMissing(reason.trim() === "");
          if (reason.trim() === "") field.current?.focus();
          else attempt.mutate();
        }}
      >
        <Stack gap="sm">
          {attempt.isError && <FailureNote error={attempt.error} />}
          <Text>{t.askToCancelHint}</Text>
          <Textarea
            ref={field}
            label={words.reason}
            required
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
            <Button variant="default" onClick={onDone}>
              {words.cancel}
            </Button>
            <Button type="submit" loading={attempt.isPending}>
              {t.sendRequest}
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}
