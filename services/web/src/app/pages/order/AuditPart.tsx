import { TargetTrail } from "@/features/audit/TargetTrail";

/** Who did what with an order, for administrators. */
export function AuditPart({ orderId }: { orderId: string }) {
  return <TargetTrail targetId={orderId} />;
}
