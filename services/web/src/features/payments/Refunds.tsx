import { Text } from "@mantine/core";
import { lazy, Suspense, useEffect } from "react";
import { $api } from "@/api/client";
import type { Payment, Refund } from "@/api/schema";
import { checkout } from "@/i18n/en/checkout";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { dateTime, money } from "@/ui/format";
import { Stamp, type Tone } from "@/ui/Stamp";
import classes from "./Payments.module.css";

const TONES: Record<Refund["state"], Tone> = { PENDING: "working", SUCCEEDED: "over", FAILED: "bad" };

// Only administrators have it.
const ConfirmRefund = lazy(async () => ({ default: (await import("./ConfirmRefund")).ConfirmRefund }));

type Props = {
  payment: Payment;
  /** Changes whenever a refund begins or ends: then they are loaded again. */
  standing: string;
  isAdmin: boolean;
};

/** The refunds of a payment. */
export function Refunds({ payment, standing, isAdmin }: Props) {
  const w = useWords(checkout);
  const params = { path: { id: payment.id }, query: { limit: 100 } };
  const { data, error, refetch } = $api.useQuery("get", "/api/v1/payments/{id}/refunds", { params });
  useEffect(() => {
    if (standing) void refetch();
  }, [standing, refetch]);
  if (error && !data) return <FailureNote error={error} onRetry={() => void refetch()} />;
  return (
    <ul className={classes.refunds} aria-label={w.refunds}>
      {data?.items.map((refund) => (
        <li key={refund.id}>
          <span className="figures">{money(refund.amount)}</span>
          <Stamp tone={TONES[refund.state]}>{w.refundState[refund.state]}</Stamp>
          <Text component="span" size="sm" c="dimmed">
            {[refund.reason, refund.byHand && refund.reference, dateTime(refund.createdAt)].filter(Boolean).join(" · ")}
          </Text>
          {isAdmin && refund.byHand && refund.state === "PENDING" && (
            <Suspense>
              <ConfirmRefund refund={refund} orderId={payment.orderId} />
            </Suspense>
          )}
          {refund.state === "FAILED" && refund.lastError && <p className={classes.reason}>{refund.lastError}</p>}
        </li>
      ))}
    </ul>
  );
}
