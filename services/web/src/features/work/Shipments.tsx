import { Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { PackagePlus } from "lucide-react";
import { useState } from "react";
import type { Order } from "@/api/schema";
import { work } from "@/i18n/en/work";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { FailureNote } from "@/ui/Failure";
import { ShipmentForm } from "./ShipmentForm";
import { ShipmentItem } from "./ShipmentItem";
import { noShipping, unshipped } from "./shipping";
import { useShipments } from "./useShipments";

/** The goods of an order: what is packed, on its way or delivered, and what has still to be shipped. */
export function Shipments({ order }: { order: Order }) {
  const t = useWords(work).ship;
  const shipments = useShipments(order.id);
  const [adding, setAdding] = useState(false);
  if (shipments.isError && !shipments.data) {
    return <FailureNote error={shipments.error} onRetry={() => void shipments.refetch()} />;
  }
  if (!shipments.data) return <Skeleton height="8rem" />;
  const { items } = shipments.data;
  const left = unshipped(order, items);
  const why = noShipping(order);
  return (
    <Card title={t.title}>
      <Stack gap="sm">
        {items.length > 0 && (
          <div>
            {items.map((shipment) => (
              <ShipmentItem key={shipment.id} shipment={shipment} />
            ))}
          </div>
        )}
        {left.length > 0 && (
          <Text size="sm">
            {t.left} {left.map(({ name, quantity }) => t.units(quantity, name)).join(", ")}
          </Text>
        )}
        {left.length === 0 && items.length > 0 && <Text size="sm">{t.allPacked}</Text>}
        {left.length > 0 && why && <Text c="dimmed">{t.notNow[why]}</Text>}
        {left.length > 0 && !why && !adding && (
          <Group>
            <Button
              variant="default"
              leftSection={<PackagePlus size={16} aria-hidden="true" />}
              onClick={() => setAdding(true)}
            >
              {t.add}
            </Button>
          </Group>
        )}
        {adding && !why && <ShipmentForm order={order} onDone={() => setAdding(false)} />}
      </Stack>
    </Card>
  );
}
