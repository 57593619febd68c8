import { Button, Group } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Landmark } from "lucide-react";
import { checkout } from "@/i18n/en/checkout";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { startPayment } from "./startPayment";
import { paymentsOptions, showPayment } from "./usePayments";

/** Begins a payment by hand for the customer, so that what they send or bring can be recorded. */
export function ExpectByHand({ orderId }: { orderId: string }) {
  const w = useWords(checkout);
  const client = useQueryClient();
  const start = useMutation({
    mutationFn: () => startPayment(orderId, "MANUAL"),
    onSuccess: ({ payment }) => showPayment(payment, client),
    onError: () => client.invalidateQueries({ queryKey: paymentsOptions(orderId).queryKey }),
  });
  return (
    <>
      {start.isError && <FailureNote error={start.error} />}
      <Group>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<Landmark size={14} aria-hidden="true" />}
          loading={start.isPending}
          onClick={() => start.mutate()}
        >
          {w.expectByHand}
        </Button>
      </Group>
    </>
  );
}
