import type { ChangeRequest, ChangeRequestState } from "@/api/schema";
import { useUser } from "@/api/useSession";
import { common } from "@/i18n/en/common";
import { orders } from "@/i18n/en/orders";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { Stamp, type Tone } from "@/ui/Stamp";
import { Ago } from "@/ui/Time";
import classes from "./parts.module.css";

const TONES: Record<ChangeRequestState, Tone> = { PENDING: "waiting", APPROVED: "done", REJECTED: "over" };

/** What was asked to be changed, and what became of it, as the customer may see it. */
export function ChangeRequests({ requests }: { requests: ChangeRequest[] }) {
  const t = useWords(orders);
  const words = useWords(common);
  const user = useUser();
  if (requests.length === 0) return null;
  return (
    <Card title={t.requests}>
      <ul className={classes.list}>
        {requests.map((request) => {
          const mine = request.requestedBy?.id === user?.id;
          const said = request.customerNote ?? (mine ? request.note : null);
          return (
            <li key={request.id} className={classes.row}>
              <span className={classes.head}>
                <span className={classes.name}>{t.requestOf[mine ? "mine" : "theirs"][request.kind]}</span>
                <Stamp tone={TONES[request.state]}>{words.requestState[request.state]}</Stamp>
              </span>
              {mine && request.reason && <span className={classes.said}>{request.reason}</span>}
              {said && (
                <span className={classes.said}>
                  {request.decidedBy?.name ?? t.theShop}: {said}
                </span>
              )}
              <span className={classes.meta}>
                <Ago time={request.decidedAt ?? request.createdAt} />
              </span>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
