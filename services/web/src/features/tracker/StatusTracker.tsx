import { VisuallyHidden } from "@mantine/core";
import { Ban, Check, Circle, CircleAlert, CircleDot, CirclePause, type LucideIcon, Undo2 } from "lucide-react";
import type { Order } from "@/api/schema";
import { useUser } from "@/api/useSession";
import type { Translation } from "@/i18n/en";
import { tracker } from "@/i18n/en/tracker";
import { useWords } from "@/i18n/language";
import { deadline } from "@/ui/deadline";
import { day, money } from "@/ui/format";
import { useNow } from "@/ui/useNow";
import { nextStepOf } from "./nextStep";
import classes from "./StatusTracker.module.css";
import { type Stage, type StageState, stagesOf } from "./stages";

const ICONS: Record<StageState, LucideIcon> = {
  done: Check,
  current: CircleDot,
  held: CirclePause,
  open: CircleAlert,
  ahead: Circle,
  stopped: Ban,
  returned: Undo2,
};

type Props = {
  order: Order;
  /** One line for rows and lists: the stages as marks, and the name of the current one. */
  compact?: boolean;
};

/** The stages of an order as the parts of a waybill, and what happens next. */
export function StatusTracker({ order, compact = false }: Props) {
  const t = useWords(tracker);
  const now = useNow();
  const user = useUser();
  // Guests, and who follows the link of an order, are its customer.
  const mine = !user || user.id === order.customer.id;
  const step = nextStepOf(order, now);
  const yours = mine && step.by === "customer";
  if (compact) return <OneLine order={order} yours={yours} />;
  const sentence = t.next[step.id][mine ? "you" : "they"]({
    amount: money(order.total),
    until: step.until && deadline(step.until, now),
    worker: order.assignee?.name || null,
    customer: order.customer.name,
  });
  return (
    <section className={classes.slip} aria-label={t.label(order.orderNumber)}>
      <ol className={classes.stages}>
        {stagesOf(order).map((stage) => (
          <StageItem key={stage.id} order={order} stage={stage} />
        ))}
      </ol>
      <p className={classes.next} role="status">
        {step.by !== "nobody" && (
          <span className={classes.turn} data-other={!yours || undefined}>
            {yours ? t.turn.you : t.turn[step.by]}
          </span>
        )}
        <span>{sentence}</span>
      </p>
    </section>
  );
}

function OneLine({ order, yours }: { order: Order; yours: boolean }) {
  const t = useWords(tracker);
  const stages = stagesOf(order);
  const current = stages.find((stage) => stage.current);
  return (
    <div className={classes.compact}>
      <ol className={classes.marks} aria-label={t.label(order.orderNumber)}>
        {stages.map((stage) => (
          <li
            key={stage.id}
            className={classes.mark}
            data-state={stage.state}
            aria-current={stage.current ? "step" : undefined}
          >
            <VisuallyHidden>{`${nameOf(t, order, stage)}: ${t.states[stage.state]}`}</VisuallyHidden>
          </li>
        ))}
      </ol>
      {current && (
        <span className={classes.now} aria-hidden="true">
          {nameOf(t, order, current)}
          {current.state === "held" && ` (${t.states.held})`}
        </span>
      )}
      {yours && <span className={classes.turn}>{t.turn.you}</span>}
    </div>
  );
}

function StageItem({ order, stage }: { order: Order; stage: Stage }) {
  const t = useWords(tracker);
  const Icon = ICONS[stage.state];
  const isSaid = stage.state === "held" || stage.state === "open";
  const wanted = stage.id === "done" && stage.state === "ahead" ? order.estimatedCompletion : null;
  return (
    <li className={classes.stage} data-state={stage.state} aria-current={stage.current ? "step" : undefined}>
      <Icon className={classes.icon} size={18} strokeWidth={2.2} aria-hidden="true" />
      <span className={classes.text}>
        <span className={classes.name}>{nameOf(t, order, stage)}</span>
        {isSaid ? (
          <span className={classes.detail}>{t.states[stage.state]}</span>
        ) : (
          <VisuallyHidden>{t.states[stage.state]}</VisuallyHidden>
        )}
        {stage.at && (
          <time className={classes.detail} dateTime={stage.at}>
            {day(stage.at)}
          </time>
        )}
        {wanted && <span className={classes.detail}>{t.wanted(day(wanted))}</span>}
      </span>
    </li>
  );
}

/** The name of a stage says how far it is, too. */
function nameOf(t: Translation["tracker"], order: Order, { id, state, current }: Stage): string {
  const names = t.stages[id];
  if (id === "paid" && state === "returned") return t.paymentReturned;
  if (id === "paid" && current && order.paymentStatus === "AUTHORIZED") return t.confirmingPayment;
  const isWork = id === "working" || id === "workAndShipping";
  if (isWork && current && !order.assignee && order.status !== "IN_PROGRESS") return t.waitingForWorker;
  if (state === "ahead") return names.ahead;
  return state === "done" || state === "stopped" ? names.done : names.now;
}
