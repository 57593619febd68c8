import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { Payout } from "@/api/schema";
import { useRefetch } from "@/api/useRefetch";
import { common } from "@/i18n/en/common";
import { payouts } from "@/i18n/en/payouts";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { money } from "@/ui/format";
import { PATHS } from "./filters";
import { methodName, payeeName } from "./names";
import { approve, cancel, markPaid } from "./write";

type Act = "approve" | "markPaid" | "cancel";

/** Longest text that the API takes. */
const TEXT_MAX = 200;

/** The acts that the state of a payout may allow; the shop decides. */
function actsOf({ state, method }: Payout): Act[] {
  if (state === "PENDING") return ["approve", "cancel"];
  if (state === "APPROVED") return method === "MANUAL" ? ["markPaid", "cancel"] : ["cancel"];
  return [];
}

/** Approves, marks as paid, or cancels a payout, each after a question. */
export function PayoutActs({ payout }: { payout: Payout }) {
  const w = useWords(payouts);
  const [asked, setAsked] = useState<Act | null>(null);
  const of = [payeeName(payout, w), money(payout.amount)] as const;
  const names = { approve: w.approveName(...of), markPaid: w.markPaidName(...of), cancel: w.cancelName(...of) };
  return (
    <>
      <Group gap="xs" wrap="nowrap" justify="flex-end">
        {actsOf(payout).map((act) => (
          <Button
            key={act}
            size="compact-sm"
            variant={act === "cancel" ? "subtle" : "default"}
            color={act === "cancel" ? "red" : undefined}
            aria-label={names[act]}
            onClick={() => setAsked(act)}
          >
            {act === "cancel" ? w.cancel : w[act]}
          </Button>
        ))}
      </Group>
      <Modal opened={asked !== null} onClose={() => setAsked(null)} title={asked && names[asked]}>
        {asked && <Question payout={payout} act={asked} onClose={() => setAsked(null)} />}
      </Modal>
    </>
  );
}

type QuestionProps = { payout: Payout; act: Act; onClose: () => void };

function Question({ payout, act, onClose }: QuestionProps) {
  const c = useWords(common);
  const w = useWords(payouts);
  const [text, setText] = useState("");
  const refetch = useRefetch();
  const run = useMutation({
    mutationFn: () => {
      if (act === "approve") return approve(payout);
      return act === "markPaid" ? markPaid(payout, text.trim()) : cancel(payout, text.trim());
    },
    onSuccess: onClose,
    onSettled: () => refetch(PATHS.all, PATHS.payees),
  });
  const sends = payout.method === "MANUAL" ? w.approveByHand : w.approveHint(methodName(payout.method, w));
  const field = { markPaid: [w.reference, w.referenceHint], cancel: [w.reason, w.optional] } as const;
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        run.mutate();
      }}
    >
      <Stack gap="sm">
        {act === "approve" && <Text size="sm">{sends}</Text>}
        {act === "cancel" && <Text size="sm">{w.cancelHint}</Text>}
        {act !== "approve" && (
          <TextInput
            label={field[act][0]}
            description={field[act][1]}
            maxLength={TEXT_MAX}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
        )}
        {run.isError && <FailureNote error={run.error} />}
        <Group gap="xs">
          <Button type="submit" color={act === "cancel" ? "red" : undefined} loading={run.isPending}>
            {w[act]}
          </Button>
          <Button variant="default" onClick={onClose}>
            {c.cancel}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
