import { Button, Group } from "@mantine/core";
import { Ban, CheckCheck, CirclePause, type LucideIcon, Play, Undo2, Users } from "lucide-react";
import { useRef, useState } from "react";
import { OF_ORDER } from "@/api/orders";
import { refetchNow } from "@/api/queryClient";
import type { ChangeRequest, Order } from "@/api/schema";
import { work } from "@/i18n/en/work";
import { useWords } from "@/i18n/language";
import { notify } from "@/ui/notify";
import { FinishForm } from "./FinishForm";
import { StepForm, type StepTexts } from "./StepForm";
import { changeStatus, releaseOrder, requestChange } from "./steps";
import { useReload } from "./useReload";
import classes from "./Work.module.css";
import { openSteps, type WorkStep } from "./workSteps";

const ICONS: Record<WorkStep, LucideIcon> = {
  finish: CheckCheck,
  hold: CirclePause,
  resume: Play,
  reassign: Users,
  release: Undo2,
  cancel: Ban,
};

type Props = { order: Order; requests: readonly ChangeRequest[] };

/** What the worker can do with the order now. One form is open at a time. */
export function WorkActions({ order, requests }: Props) {
  const t = useWords(work).steps;
  const [open, setOpen] = useState<WorkStep | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const steps = openSteps(order, requests);
  const close = () => {
    setOpen(null);
    // The form and its focus are gone; its button may be, too.
    box.current?.focus();
  };
  if (steps.length === 0) return null;
  // The step may have become impossible while its form was open.
  const shown = open && steps.includes(open) ? open : null;
  return (
    <div ref={box} tabIndex={-1} className={classes.actions}>
      <Group gap="xs">
        {steps.map((step, index) => {
          const Icon = ICONS[step];
          return (
            <Button
              key={step}
              variant={index === 0 && step !== "cancel" ? "filled" : "default"}
              leftSection={<Icon size={16} aria-hidden="true" />}
              aria-expanded={shown === step}
              onClick={() => setOpen(shown === step ? null : step)}
            >
              {t.names[step]}
            </Button>
          );
        })}
      </Group>
      {shown && <Step key={shown} step={shown} order={order} onClose={close} />}
    </div>
  );
}

type StepProps = { step: WorkStep; order: Order; onClose: () => void };

/** The form of one step. */
function Step({ step, order, onClose }: StepProps) {
  const t = useWords(work).steps;
  const { changed } = useReload(order.id);
  const move = (status: "ON_HOLD" | "IN_PROGRESS", message: string) => async (texts: StepTexts) => {
    changed(await changeStatus(order, status, texts.note));
    notify.ok(message);
  };
  const ask = (kind: "REASSIGNMENT" | "CANCELLATION") => async (texts: StepTexts) => {
    await requestChange(order, kind, texts.reason, texts.customerNote);
    void refetchNow(OF_ORDER.requests);
    notify.ok(t.requested);
  };
  const release = async (texts: StepTexts) => {
    changed(await releaseOrder(order, texts.reason, texts.customerNote));
    notify.ok(t.released);
  };
  const note = { name: "note", label: t.note, description: t.customerReads } as const;
  const reason = { name: "reason", label: t.reason, description: t.internalReads } as const;
  const customerNote = { name: "customerNote", label: t.forCustomer, description: t.customerReads } as const;
  const common = { orderId: order.id, label: t.names[step], intro: t.intros[step], onDone: onClose, onCancel: onClose };
  switch (step) {
    case "finish":
      return <FinishForm order={order} onDone={onClose} onCancel={onClose} />;
    case "hold":
      return <StepForm {...common} fields={[note]} submit={t.putOnHold} act={move("ON_HOLD", t.held)} />;
    case "resume":
      return <StepForm {...common} fields={[note]} submit={t.resumeNow} act={move("IN_PROGRESS", t.resumed)} />;
    case "release":
      return <StepForm {...common} fields={[reason, customerNote]} submit={t.giveBack} act={release} />;
    default: {
      const kind = step === "reassign" ? "REASSIGNMENT" : "CANCELLATION";
      const fields = [{ ...reason, required: true }, customerNote];
      return <StepForm {...common} fields={fields} submit={t.sendRequest} act={ask(kind)} />;
    }
  }
}
