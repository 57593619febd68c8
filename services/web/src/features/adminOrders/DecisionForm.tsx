import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { Banknote } from "lucide-react";
import { useRef, useState } from "react";
import type { ApiError } from "@/api/failure";
import type { ChangeRequest, Order } from "@/api/schema";
import { adminOrders } from "@/i18n/en/adminOrders";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { money } from "@/ui/format";
import { NoteField } from "./ActForm";
import { ForceNote } from "./AssignForm";
import type { Verdict } from "./acts";
import { approvalRefunds, type Draft, isInternal, lacksWorker, verdictOf } from "./decisions";
import { ReassignChoice } from "./ReassignChoice";

type Props = {
  request: ChangeRequest;
  order: Order | null;
  draft: Draft;
  onChange: (draft: Draft) => void;
  onDecide: (verdict: Verdict) => void;
  deciding: boolean;
  /** The refusal by a worker's categories or limit. */
  limits: ApiError | null;
};

/** Approves or rejects a request, with notes. An approval that gives money back is confirmed in place. */
export function DecisionForm({ request, order, draft, onChange, onDecide, deciding, limits }: Props) {
  const t = useWords(adminOrders);
  const c = useWords(common);
  const [confirming, setConfirming] = useState(false);
  const [missing, setMissing] = useState(false);
  const search = useRef<HTMLInputElement>(null);
  const internal = isInternal(request);
  const refunds = approvalRefunds(request.kind, order);
  const lacking = lacksWorker(request.kind, draft);
  const change = (part: Partial<Draft>) => onChange({ ...draft, ...part });
  const approve = (force: boolean) => {
    setMissing(lacking);
    if (lacking) search.current?.focus();
    else if (refunds && !confirming) setConfirming(true);
    else onDecide(verdictOf(draft, true, force));
  };
  return (
    <Stack gap="sm">
      {request.kind === "REASSIGNMENT" ? (
        <ReassignChoice
          draft={draft}
          order={order}
          onChange={change}
          searchRef={search}
          error={missing && lacking ? t.chooseWorker : undefined}
        />
      ) : (
        <Text size="sm">{t.approving[request.kind]}</Text>
      )}
      <NoteField
        label={internal ? t.internalNote : c.note}
        description={internal ? t.internalHint : t.customerReads}
        value={draft.note}
        onChange={(note) => change({ note })}
      />
      {internal && (
        <NoteField
          label={t.forCustomer}
          description={t.insteadOfWorker}
          value={draft.customerNote}
          onChange={(customerNote) => change({ customerNote })}
        />
      )}
      {limits && <ForceNote error={limits} loading={deciding} onForce={() => approve(true)} />}
      {confirming && order ? (
        <Confirm
          amount={money(order.total)}
          deciding={deciding}
          onYes={() => approve(false)}
          onNo={() => setConfirming(false)}
        />
      ) : (
        <Group gap="xs">
          <Button loading={deciding} onClick={() => approve(false)}>
            {t.approve}
          </Button>
          <Button variant="default" disabled={deciding} onClick={() => onDecide(verdictOf(draft, false, false))}>
            {t.reject}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

type ConfirmProps = { amount: string; deciding: boolean; onYes: () => void; onNo: () => void };

function Confirm({ amount, deciding, onYes, onNo }: ConfirmProps) {
  const t = useWords(adminOrders);
  const c = useWords(common);
  return (
    <Alert role="alert" color="yellow" variant="light" icon={<Banknote />} title={t.cancelRefunds(amount)}>
      <Group gap="xs">
        <Button color="red" loading={deciding} onClick={onYes}>
          {t.cancelAndRefund(amount)}
        </Button>
        <Button variant="default" onClick={onNo}>
          {c.back}
        </Button>
      </Group>
    </Alert>
  );
}
