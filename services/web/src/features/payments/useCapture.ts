import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, body } from "@/api/client";
import type { Payment } from "@/api/schema";
import { showPayment } from "./usePayments";

/**
 * Asks once what became of an open payment, as its customer comes back from the provider's page. Without it the page waits for the
 * provider's message; so an answer that is lost is no failure.
 */
export function useCapture(payment: Payment | undefined): void {
  const client = useQueryClient();
  const id = payment?.id;
  useEffect(() => {
    if (!id) return;
    const ask = api.POST("/api/v1/payments/{id}/capture", { params: { path: { id } } });
    body(ask).then(
      (found) => showPayment(found, client),
      () => undefined,
    );
  }, [id, client]);
}
