import { Button, Group, NumberInput, Skeleton, Stack, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { useRef } from "react";
import { api, body } from "@/api/client";
import { OF_ORDER } from "@/api/orders";
import { refetchNow } from "@/api/queryClient";
import type { NewShipment, Order } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { work } from "@/i18n/en/work";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { focusFirst } from "@/ui/formErrors";
import { sendOnce } from "@/ui/keptWrite";
import { notify } from "@/ui/notify";
import { CarrierFields } from "./CarrierFields";
import {
  packed,
  type ShipmentDraft,
  shipmentBody,
  shipmentDraft,
  shipmentField,
  type Unshipped,
  unshipped,
} from "./shipping";
import { showComplaints } from "./showComplaints";
import { useReload } from "./useReload";
import { useShipments } from "./useShipments";
import classes from "./Work.module.css";

type Props = { order: Order; onDone: () => void };

type PackedState = "PREPARING" | "SHIPPED";

/** Packs goods of an order into a shipment, and ships it at once if it is ready. */
export function ShipmentForm({ order, onDone }: Props) {
  const t = useWords(work).ship;
  const { data, error, refetch } = useShipments(order.id);
  if (error && !data) return <FailureNote error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton height="16rem" />;
  const left = unshipped(order, data.items);
  if (left.length === 0) return <Text c="dimmed">{t.allPacked}</Text>;
  return <Packing order={order} left={left} onDone={onDone} />;
}

function send(id: string, shipment: NewShipment) {
  return sendOnce(`waybill.shipment.${id}`, JSON.stringify(shipment), shipment, ({ key, sent }) => {
    const params = { path: { id }, header: { "Idempotency-Key": key } };
    return body(api.POST("/api/v1/orders/{id}/shipments", { params, body: sent }));
  });
}

function Packing({ order, left, onDone }: Props & { left: Unshipped[] }) {
  const c = useWords(common);
  const t = useWords(work).ship;
  const { reload, refused } = useReload(order.id);
  const state = useRef<PackedState>("SHIPPED");
  const form = useForm<ShipmentDraft>({
    initialValues: shipmentDraft(left),
    validate: (draft): Record<string, string> => (packed(draft).length > 0 ? {} : { "lines.0.pack": t.nothingPacked }),
  });
  const attempt = useMutation({
    mutationFn: (shipment: NewShipment) => send(order.id, shipment),
    onSuccess: (shipment) => {
      notify.ok(shipment.state === "SHIPPED" ? t.shipped : t.packed);
      // The first shipment may change the status of the order.
      reload();
      void refetchNow(OF_ORDER.shipments, OF_ORDER.history);
      onDone();
    },
    onError: (error) => {
      refused(error);
      showComplaints(form, error, (name) => shipmentField(name, form.getValues()));
    },
  });
  const sending = attempt.isPending ? attempt.variables.state : null;
  const choose = (chosen: PackedState) => ({
    disabled: sending !== null,
    onClick: () => {
      state.current = chosen;
    },
  });
  return (
    <form
      noValidate
      className={classes.form}
      aria-label={t.add}
      onSubmit={form.onSubmit((draft) => attempt.mutate(shipmentBody(draft, state.current)), focusFirst(form))}
    >
      {attempt.isError && <FailureNote error={attempt.error} />}
      <Stack gap="xs">
        {form.values.lines.map((line, index) => (
          <NumberInput
            key={line.productId}
            label={line.name}
            description={t.ofLeft(line.quantity)}
            min={0}
            max={line.quantity}
            allowDecimal={false}
            maw="20rem"
            {...form.getInputProps(`lines.${index}.pack`)}
          />
        ))}
      </Stack>
      <CarrierFields input={form.getInputProps} />
      <Group gap="xs">
        {/* Enter in a field presses the first one. */}
        <Button type="submit" loading={sending === "SHIPPED"} {...choose("SHIPPED")}>
          {t.shipNow}
        </Button>
        <Button type="submit" variant="default" loading={sending === "PREPARING"} {...choose("PREPARING")}>
          {t.onlyPack}
        </Button>
        <Button variant="default" disabled={attempt.isPending} onClick={onDone}>
          {c.cancel}
        </Button>
      </Group>
    </form>
  );
}
