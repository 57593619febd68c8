import { Anchor, Skeleton, Text } from "@mantine/core";
import { ExternalLink, type LucideIcon, Package, PackageCheck, PackageX, Truck } from "lucide-react";
import { $api } from "@/api/client";
import { OF_ORDER } from "@/api/orders";
import type { Order, Shipment, ShipmentState } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { orders } from "@/i18n/en/orders";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { FailureNote } from "@/ui/Failure";
import { dateTime, number } from "@/ui/format";
import { isOver } from "@/ui/orderFacts";
import { Stamp, type Tone } from "@/ui/Stamp";
import classes from "./parts.module.css";

const STATES: Record<ShipmentState, [Tone, LucideIcon]> = {
  PREPARING: ["waiting", Package],
  SHIPPED: ["working", Truck],
  DELIVERED: ["done", PackageCheck],
  CANCELLED: ["over", PackageX],
};

/** Where the goods of an order are. */
export function Shipments({ order }: { order: Order }) {
  const t = useWords(orders);
  const query = $api.useQuery("get", OF_ORDER.shipments, { params: { path: { id: order.id } } });
  const shipments = query.data?.items;
  // A cancelled order without a shipment has nothing to tell.
  if (shipments?.length === 0 && isOver(order)) return null;
  return (
    <Card title={t.shipments}>
      {query.isError && !shipments && <FailureNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Skeleton height="3rem" />}
      {shipments?.length === 0 && <Text c="dimmed">{t.noShipments}</Text>}
      {shipments && shipments.length > 0 && (
        <ul className={classes.list}>
          {shipments.map((shipment) => (
            <ShipmentRow key={shipment.id} shipment={shipment} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function ShipmentRow({ shipment }: { shipment: Shipment }) {
  const t = useWords(orders);
  const words = useWords(common);
  const { state, carrier, trackingNumber, trackingUrl, lines, note, shippedAt, deliveredAt } = shipment;
  const [tone, icon] = STATES[state];
  const contents = lines.map((line) => `${number(line.quantity)} × ${line.name}`).join(", ");
  return (
    <li className={classes.row}>
      <span className={classes.head}>
        <span className={classes.name}>{carrier ?? t.shipment}</span>
        <Stamp tone={tone} icon={icon}>
          {words.shipmentState[state]}
        </Stamp>
      </span>
      <span>{contents}</span>
      {trackingUrl ? (
        <Anchor href={trackingUrl} target="_blank" rel="noopener noreferrer">
          {trackingNumber ? t.trackNumber(trackingNumber) : t.track}{" "}
          <ExternalLink size={14} aria-label={t.newWindow} role="img" />
        </Anchor>
      ) : (
        trackingNumber && <span>{t.trackingNumber(trackingNumber)}</span>
      )}
      {note && <span className={classes.said}>{note}</span>}
      {(deliveredAt ?? shippedAt) && (
        <span className={classes.meta}>
          {deliveredAt ? t.deliveredAt(dateTime(deliveredAt)) : shippedAt && t.shippedAt(dateTime(shippedAt))}
        </span>
      )}
    </li>
  );
}
