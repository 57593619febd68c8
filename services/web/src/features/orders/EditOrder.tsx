import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { GitMerge } from "lucide-react";
import { useEffect } from "react";
import type { Order } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { orders } from "@/i18n/en/orders";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { FailureNote } from "@/ui/Failure";
import { isDue } from "@/ui/orderFacts";
import { AddressFields } from "./AddressFields";
import { ContentFields } from "./ContentFields";
import type { Field } from "./editDraft";
import { QuantityFields } from "./QuantityFields";
import { useEditOrder } from "./useEditOrder";

type Props = {
  order: Order;
  /** Saved, or given up. */
  onDone: () => void;
};

/** Edits what the customer said of an order that nobody works on yet. */
export function EditOrder({ order, onDone }: Props) {
  const t = useWords(orders);
  const words = useWords(common);
  const { form, base, clashes, endsOffer, isSaving, error, submit } = useEditOrder(order, onDone);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the form opens
  useEffect(() => form.getInputNode("title")?.focus(), []);
  const note = (field: Field) => {
    const theirs = clashes?.get(field);
    return theirs === undefined ? undefined : t.nowReads(theirs);
  };
  return (
    <Card title={t.editOrder}>
      <form onSubmit={submit} noValidate>
        <Stack>
          {error && <FailureNote error={error} />}
          {clashes && (
            <Alert role="alert" color="carbon" variant="light" icon={<GitMerge />} title={t.changedMeanwhile}>
              {clashes.size > 0 ? t.changedSame : t.changedOther}
            </Alert>
          )}
          <ContentFields form={form} note={note} />
          {isDue(base) && <QuantityFields form={form} order={base} note={note} />}
          <AddressFields form={form} note={note} />
          {endsOffer && (
            <Text role="status" size="sm">
              {t.endsOffer}
            </Text>
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onDone}>
              {words.cancel}
            </Button>
            <Button type="submit" loading={isSaving}>
              {words.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}
