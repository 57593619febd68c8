import { useQuery, useQueryClient } from "@tanstack/react-query";
import { BadgeCheck } from "lucide-react";
import { ApiError } from "@/api/failure";
import { OF_ORDER } from "@/api/orders";
import { refetchNow } from "@/api/queryClient";
import type { Order } from "@/api/schema";
import { work } from "@/i18n/en/work";
import { useWords } from "@/i18n/language";
import { notify } from "@/ui/notify";
import { Notice } from "./Notice";
import { StepForm, type StepTexts } from "./StepForm";
import { changeStatus, requestChange } from "./steps";
import { useReload } from "./useReload";

type Props = { order: Order; onDone: () => void; onCancel: () => void };

/** Whether administrators approve completions here: workers cannot read the setting, but a refusal tells. */
const APPROVAL = ["work", "approval"];

function asksForApproval(error: unknown): boolean {
  return error instanceof ApiError && error.code === "INVALID_TRANSITION" && error.context.request === "COMPLETION";
}

/** Completes an order, or asks an administrator to, as the shop's settings say. */
export function FinishForm({ order, onDone, onCancel }: Props) {
  const t = useWords(work).steps;
  const client = useQueryClient();
  const { changed } = useReload(order.id);
  const approval = useQuery({ queryKey: APPROVAL, queryFn: () => false, enabled: false, staleTime: Infinity });
  const needed = approval.data === true;
  const complete = async ({ customerNote }: StepTexts): Promise<"done" | "more"> => {
    try {
      changed(await changeStatus(order, "COMPLETED", customerNote));
      notify.ok(t.completed);
      return "done";
    } catch (error) {
      if (!asksForApproval(error)) throw error;
      client.setQueryData(APPROVAL, true);
      return "more";
    }
  };
  const ask = async ({ reason, customerNote }: StepTexts): Promise<"done" | "more"> => {
    await requestChange(order, "COMPLETION", reason, customerNote);
    void refetchNow(OF_ORDER.requests);
    notify.ok(t.requested);
    return "done";
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
