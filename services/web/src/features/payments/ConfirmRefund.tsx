import { Button, Modal } from "@mantine/core";
import { useState } from "react";
import type { Refund } from "@/api/schema";
import { checkout } from "@/i18n/en/checkout";
import { useWords } from "@/i18n/language";
import { money } from "@/ui/format";
import { confirmRefund } from "./manualMoney";
import { ReferenceForm } from "./ReferenceForm";

/** Notes that a refund was made by hand, after a question. */
export function ConfirmRefund({ refund, orderId }: { refund: Refund; orderId: string }) {
  const w = useWords(checkout);
  const [asked, setAsked] = useState(false);
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={() => setAsked(true)}>
        {w.confirmRefund}
      </Button>
      <Modal opened={asked} onClose={() => setAsked(false)} title={w.confirmRefund}>
        <ReferenceForm
          orderId={orderId}
          hint={w.confirmRefundHint(money(refund.amount))}
          word={w.confirmRefund}
          act={(reference) => confirmRefund(refund, reference)}
          onClose={() => setAsked(false)}
        />
      </Modal>
    </>
  );
}
