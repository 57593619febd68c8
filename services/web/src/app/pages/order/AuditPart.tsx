import { AuditTrail } from "@/features/adminOrders/AuditTrail";

/** Who did what with an order, for administrators. */
export function AuditPart({ orderId }: { orderId: string }) {
  return <AuditTrail kind="order" id={orderId} />;
}
