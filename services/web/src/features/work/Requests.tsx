import { BadgeCheck, Hourglass, type LucideIcon, OctagonX } from "lucide-react";
import { $api } from "@/api/client";
import { OF_ORDER } from "@/api/orders";
import { refetchSoon } from "@/api/queryClient";
import type { ChangeRequest, ChangeRequestState } from "@/api/schema";
import { useUser } from "@/api/useSession";
import { common } from "@/i18n/en/common";
import { work } from "@/i18n/en/work";
import { useWords } from "@/i18n/language";
import { useCatchUp, useLive } from "@/live/useLive";
import type { Tone } from "@/ui/Stamp";
import { Ago } from "@/ui/Time";
import { Notice } from "./Notice";
import classes from "./Work.module.css";

const LOOKS: Record<ChangeRequestState, [Tone, LucideIcon]> = {
  PENDING: ["waiting", Hourglass],
  APPROVED: ["done", BadgeCheck],
  REJECTED: ["bad", OctagonX],
};

/** The change requests of an order, kept up to date. */
export function useChangeRequests(orderId: string) {
  const query = $api.useQuery("get", OF_ORDER.requests, { params: { path: { id: orderId } } });
  const reload = () => refetchSoon(OF_ORDER.requests);
  useLive("change-request:created", (request) => request.orderId === orderId && reload());
  useLive("change-request:decided", (request) => request.orderId === orderId && reload());
  useCatchUp(reload);
  return query;
}

/** A request: who asks for what, and what was decided. */
export function RequestNote({ request }: { request: ChangeRequest }) {
  const c = useWords(common);
  const t = useWords(work).requests;
  const me = useUser()?.id;
  const { kind, state, requestedBy, decidedBy, decidedAt, createdAt, reason, customerNote, note } = request;
  const [tone, icon] = LOOKS[state];
  const what = c.requestKind[kind];
  const asked = requestedBy?.id === me ? t.youAsked(what) : t.theyAsked(requestedBy?.name ?? c.customer, what);
  const decided = state === "APPROVED" ? t.approved(what) : t.rejected(what);
  return (
    <Notice tone={tone} icon={icon} title={state === "PENDING" ? asked : decided}>
      <div className={classes.facts}>
        {decidedBy && <span>{decidedBy.name}</span>}
        <Ago time={decidedAt ?? createdAt} />
        {state === "PENDING" && <span>{t.waiting}</span>}
      </div>
      {note && <p className={classes.prose}>{note}</p>}
      {state === "PENDING" && reason && <p className={classes.prose}>{reason}</p>}
      {state === "PENDING" && customerNote && <p className={classes.prose}>{t.toCustomer(customerNote)}</p>}
    </Notice>
  );
}
