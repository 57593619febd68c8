import { Button, Group } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { api, body } from "@/api/client";
import { isCode } from "@/api/failure";
import { OF_ORDER } from "@/api/orders";
import { refetchNow } from "@/api/queryClient";
import type { Shipment } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { work } from "@/i18n/en/work";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { showErrors } from "@/ui/formErrors";
import { CarrierFields } from "./CarrierFields";
import type { ShipmentDraft } from "./shipping";
import classes from "./Work.module.css";

type Values = Omit<ShipmentDraft, "lines">;

/** Changes who brings a shipment: the number is often known only after packing. */
export function ShipmentEdit({ shipment, onDone }: { shipment: Shipment; onDone: () => void }) {
  const c = useWords(common);
  const t = useWords(work).ship;
  const { id: shipmentId, orderId: id, version } = shipment;
  const form = useForm<Values>({
    mode: "uncontrolled",
    initialValues: {
      carrier: shipment.carrier ?? "",
      trackingNumber: shipment.trackingNumber ?? "",
      trackingUrl: shipment.trackingUrl ?? "",
      note: shipment.note ?? "",
    },
  });
  const attempt = useMutation({
    mutationFn: (values: Values) =>
      body(
        api.PATCH("/api/v1/orders/{id}/shipments/{shipmentId}", {
          params: { path: { id, shipmentId } },
          body: { ...changed(values, shipment), version },
        }),
      ),
    onSuccess: async () => {
      await refetchNow(OF_ORDER.shipments);
      onDone();
    },
    onError: (error) => {
      showErrors(form, error);
      if (isCode(error, "VERSION_CONFLICT")) void refetchNow(OF_ORDER.shipments);
    },
  });
  return (
    <form
      noValidate
      className={classes.form}
      aria-label={t.edit}
      onSubmit={form.onSubmit((values) => attempt.mutate(values))}
    >
      {attempt.isError && <FailureNote error={attempt.error} />}
      <CarrierFields input={form.getInputProps} />
      <Group gap="xs">
        <Button type="submit" loading={attempt.isPending}>
          {c.save}
        </Button>
        <Button variant="default" disabled={attempt.isPending} onClick={onDone}>
          {c.cancel}
        </Button>
      </Group>
    </form>
  );
}

/** The fields that differ: a tracking page that was made from the number follows it, unless it is sent. */
function changed(values: Values, shipment: Shipment): Partial<Values> {
  const names = ["carrier", "trackingNumber", "trackingUrl", "note"] as const;
  const edited = names.filter((name) => values[name].trim() !== (shipment[name] ?? ""));
  return Object.fromEntries(edited.map((name) => [name, values[name].trim()]));
}
