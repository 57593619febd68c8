import { BadgeCheck } from "lucide-react";
import { OF_ORDER } from "@/api/orders";
import { refetchNow } from "@/api/queryClient";
import type { Order } from "@/api/schema";
import { useShop } from "@/api/useShop";
import { work } from "@/i18n/en/work";
import { useWords } from "@/i18n/language";
import { notify } from "@/ui/notify";
import { Notice } from "./Notice";
import { StepForm, type StepTexts } from "./StepForm";
import { changeStatus, requestChange } from "./steps";
import { useReload } from "./useReload";

type Props = { order: Order; onDone: () => void; onCancel: () => void };

/** Completes an order, or asks an administrator to, as the shop's settings say. */
export function FinishForm({ order, onDone, onCancel }: Props) {
  const t = useWords(work).steps;
  const { changed } = useReload(order.id);
  const { completionNeedsApproval: needed } = useShop();
  const complete = async ({ customerNote }: StepTexts) => {
    try {
      changed(await changeStatus(order, "COMPLETED", customerNote));
    } catch (error) {
      // The setting may have changed.
      void refetchNow("/api/v1/shop");
      throw error;
    }
    notify.ok(t.completed);
  };
  const ask = async ({ reason, customerNote }: StepTexts) => {
    await requestChange(order, "COMPLETION", reason, customerNote);
    void refetchNow(OF_ORDER.requests);
    notify.ok(t.requested);
  };
  const forCustomer = { name: "customerNote", label: t.forCustomer, description: t.customerReads } as const;
  const internal = { name: "reason", label: t.whatWasDone, description: t.internalReads, required: true } as const;
  return (
    <StepForm
      orderId={order.id}
      label={t.finish}
      intro={
        needed ? (
          <Notice tone="working" icon={BadgeCheck} title={t.approvalNeeded} live>
            {t.approvalHint}
          </Notice>
        ) : (
          t.intros.finish
        )
      }
      fields={needed ? [internal, forCustomer] : [forCustomer]}
      submit={needed ? t.requestCompletion : t.complete}
      act={needed ? ask : complete}
      onDone={onDone}
      onCancel={onCancel}
    />
  );
}
