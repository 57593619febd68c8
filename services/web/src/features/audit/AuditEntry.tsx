import { UnstyledButton } from "@mantine/core";
import { ShieldAlert } from "lucide-react";
import type { AuditRecord } from "@/api/schema";
import { adminPeople } from "@/i18n/en/adminPeople";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { CopyId } from "@/ui/CopyId";
import { dateTime } from "@/ui/format";
import classes from "./AuditEntry.module.css";
import { Changes } from "./Changes";
import { auditFilters } from "./filters";
import { PlaceLink } from "./PlaceLink";
import { placeOf, targetName } from "./targets";

type Props = {
  record: AuditRecord;
  /** Shows what this person did, or what happened to this target. */
  onActor?: (id: string) => void;
  onTarget?: (kind: string, id: string) => void;
};

/** One act: what, who, when, from where, and what it changed. */
export function AuditEntry({ record, onActor, onTarget }: Props) {
  const t = useWords(common);
  const { audit: w } = useWords(adminPeople);
  const { actor, targetKind, targetId, clientAddress, requestId } = record;
  const place = placeOf(record);
  const name = targetName(record);
  const kind = w.kinds[targetKind] ?? targetKind;
  // Routes that were refused are named by texts that the filter does not take.
  const findable = auditFilters({ targetId }).targetId === targetId;
  const security = record.action.startsWith("security.");
  return (
    <li className={classes.entry}>
      <div className={classes.head}>
        {security && <ShieldAlert size={16} aria-hidden="true" className={classes.security} />}
        <strong title={record.action}>{w.actions[record.action] ?? record.action}</strong>
        {targetId && targetKind !== "settings" && (
          <span>
            {kind} {place ? <PlaceLink place={place}>{name}</PlaceLink> : <span className="code">{name}</span>}
          </span>
        )}
        <time dateTime={record.at} className={classes.time}>
          {dateTime(record.at)}
        </time>
      </div>
      <div className={classes.facts}>
        {actor ? (
          <span>
            {onActor ? (
              <UnstyledButton
                className={classes.filter}
                title={w.onlyActor(actor.name)}
                onClick={() => onActor(actor.id)}
              >
                {actor.name}
              </UnstyledButton>
            ) : (
              actor.name
            )}{" "}
            ({t.role[actor.role]})
          </span>
        ) : (
          <span>{security ? w.notSignedIn : w.platform}</span>
        )}
        {clientAddress && <span>{w.fromAddress(clientAddress)}</span>}
        {requestId && (
          <span className={classes.request}>
            {w.request} <CopyId id={requestId} label={w.request} />
          </span>
        )}
        {onTarget && findable && (
          <UnstyledButton className={classes.filter} onClick={() => onTarget(targetKind, targetId)}>
            {w.onlyTarget}
          </UnstyledButton>
        )}
      </div>
      <Changes record={record} />
    </li>
  );
}
