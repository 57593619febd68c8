import { Button, Group, Modal, Text } from "@mantine/core";
import { Banknote } from "lucide-react";
import { useEffect, useState } from "react";
import { $api } from "@/api/client";
import type { Payment } from "@/api/schema";
import { checkout } from "@/i18n/en/checkout";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { day, money } from "@/ui/format";
import { missingOf, returnReceipts } from "./manualMoney";
import classes from "./Payments.module.css";
import { wasPaid } from "./payState";
import { ReceiptForm } from "./ReceiptForm";
import { ReferenceForm } from "./ReferenceForm";

type Act = "record" | "return";

/** What has arrived of a payment by hand, for administrators, who record it. */
export function Receipts({ payment }: { payment: Payment }) {
  const w = useWords(checkout);
  const [asked, setAsked] = useState<Act | null>(null);
  const params = { path: { id: payment.id }, query: { limit: 100 } };
  const path = "/api/v1/admin/payments/{id}/receipts";
  const { data, error, refetch } = $api.useQuery("get", path, { params });
  const { version, received } = payment;
  useEffect(() => {
    if (version > 1) void refetch();
  }, [version, refetch]);
  const close = () => setAsked(null);
  const here = received !== null && received.amount > 0;
  const titles = { record: w.recordReceipt, return: here ? w.returnReceipts : w.giveUp };
  const mayReturn = !wasPaid(payment) && (here || payment.state === "PENDING");
  return (
    <div className={classes.wide}>
      {error && !data && <FailureNote error={error} onRetry={() => void refetch()} />}
      {data && data.items.length > 0 && (
        <ul className={classes.refunds} aria-label={w.receipts}>
          {data.items.map((receipt) => (
            <li key={receipt.id}>
              <span className="figures">{money(receipt.amount)}</span>
              <Text component="span" size="sm" c="dimmed">
                {`${receipt.reference} · ${day(receipt.receivedAt)}`}
              </Text>
              {receipt.returnedAt && (
                <Text component="span" size="sm" c="dimmed">
                  {w.returnedOn(day(receipt.returnedAt), receipt.returnReference ?? "")}
                </Text>
              )}
            </li>
          ))}
        </ul>
      )}
      <Group gap="xs" mt="xs">
        {missingOf(payment).amount > 0 && (
          <Button
            size="compact-sm"
            leftSection={<Banknote size={14} aria-hidden="true" />}
            onClick={() => setAsked("record")}
          >
            {w.recordReceipt}
          </Button>
        )}
        {mayReturn && (
          <Button size="compact-sm" variant="default" onClick={() => setAsked("return")}>
            {titles.return}
          </Button>
        )}
      </Group>
      <Modal opened={asked !== null} onClose={close} title={asked && titles[asked]}>
        {asked === "record" && <ReceiptForm payment={payment} onClose={close} />}
        {asked === "return" && (
          <ReferenceForm
            orderId={payment.orderId}
            hint={here ? w.returnHint(money(received)) : w.giveUpHint}
            word={titles.return}
            act={(reference) => returnReceipts(payment, reference)}
            onClose={close}
          />
        )}
      </Modal>
    </div>
  );
}
