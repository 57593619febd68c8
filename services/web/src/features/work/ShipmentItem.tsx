import { Anchor, Button, Group, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { api, body } from "@/api/client";
import { isCode } from "@/api/failure";
import { OF_ORDER } from "@/api/orders";
import { refetchNow } from "@/api/queryClient";
import type { Shipment, ShipmentState } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { work } from "@/i18n/en/work";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { Stamp, type Tone } from "@/ui/Stamp";
import { Ago } from "@/ui/Time";
import { ShipmentEdit } from "./ShipmentEdit";
import { NEXT_STATES } from "./shipping";
import { useReload } from "./useReload";
import classes from "./Work.module.css";

const TONES: Record<ShipmentState, Tone> = {
  PREPARING: "waiting",
  SHIPPED: "working",
  DELIVERED: "done",
  CANCELLED: "over",
};

/** States that cannot be taken back: they are asked for twice. */
const FINAL: readonly ShipmentState[] = ["DELIVERED", "CANCELLED"];

/** A shipment, with the steps that can follow. */
export function ShipmentItem({ shipment }: { shipment: Shipment }) {
  const c = useWords(common);
  const t = useWords(work).ship;
  const { reload } = useReload(shipment.orderId);
  const [sure, setSure] = useState<ShipmentState | null>(null);
  const [editing, setEditing] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const confirm = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (sure) confirm.current?.focus();
  }, [sure]);
  const { id, orderId, version, state, carrier, trackingNumber, trackingUrl, lines, note } = shipment;
  const after = () => {
    setSure(null);
    // The last delivery may complete the order.
    reload();
    return refetchNow(OF_ORDER.shipments, OF_ORDER.history);
  };
  const move = useMutation({
    mutationFn: (next: ShipmentState) =>
      body(
        api.PATCH("/api/v1/orders/{id}/shipments/{shipmentId}", {
          params: { path: { id: orderId, shipmentId: id } },
          body: { state: next, version },
        }),
      ),
    onSuccess: after,
    onError: (error) => isCode(error, "VERSION_CONFLICT", "INVALID_TRANSITION", "CONFLICT") && after(),
  });
  const press = (next: ShipmentState) => (FINAL.includes(next) ? setSure(next) : move.mutate(next));
  const leave = () => {
    setSure(null);
    // The buttons of the question are gone.
    box.current?.focus();
  };
  const parcel = [carrier, trackingNumber].filter(Boolean).join(" ") || t.noNumber;
  return (
    <div ref={box} tabIndex={-1} className={classes.shipment}>
      <Group justify="space-between" gap="xs">
        <span>{lines.map(({ name, quantity }) => t.units(quantity, name)).join(", ")}</span>
        <Stamp tone={TONES[state]}>{c.shipmentState[state]}</Stamp>
      </Group>
      <Text size="sm" c="dimmed">
        {trackingUrl ? (
          <Anchor href={trackingUrl} target="_blank" rel="noreferrer">
            {parcel}
          </Anchor>
        ) : (
          parcel
        )}{" "}
        · <Ago time={shipment.deliveredAt ?? shipment.shippedAt ?? shipment.createdAt} />
      </Text>
      {note && <p className={classes.prose}>{note}</p>}
      {move.isError && <FailureNote error={move.error} />}
      {sure ? (
        <Group gap="xs" role="status">
          <Text size="sm">{t.sure[sure === "DELIVERED" ? "DELIVERED" : "CANCELLED"]}</Text>
          <Button ref={confirm} size="xs" loading={move.isPending} onClick={() => move.mutate(sure)}>
            {t.moves[sure]}
          </Button>
          <Button size="xs" variant="default" disabled={move.isPending} onClick={leave}>
            {c.back}
          </Button>
        </Group>
      ) : (
        <Group gap="xs">
          {NEXT_STATES[state].map((next) => (
            <Button key={next} size="xs" variant="default" loading={move.isPending} onClick={() => press(next)}>
              {t.moves[next]}
            </Button>
          ))}
          {state !== "CANCELLED" && !editing && (
            <Button size="xs" variant="default" onClick={() => setEditing(true)}>
              {t.edit}
            </Button>
          )}
        </Group>
      )}
      {editing && <ShipmentEdit shipment={shipment} onDone={() => setEditing(false)} />}
    </div>
  );
}
