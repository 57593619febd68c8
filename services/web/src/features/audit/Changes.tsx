import { Button, VisuallyHidden } from "@mantine/core";
import { ArrowRight } from "lucide-react";
import { useState } from "react";
import type { AuditRecord } from "@/api/schema";
import { useShop } from "@/api/useShop";
import { useWorkers } from "@/api/workers";
import { adminPeople } from "@/i18n/en/adminPeople";
import { useWords } from "@/i18n/language";
import { shortId } from "@/ui/names";
import classes from "./Changes.module.css";
import { type Change, differences } from "./diff";
import { PlaceLink } from "./PlaceLink";
import { placeOfValue } from "./targets";
import { fieldOf, pathName, valueText } from "./values";

/** Changes that are shown at once; the rest opens. */
const SHOWN = 4;

/** What an act changed: each value before and after it. */
export function Changes({ record }: { record: AuditRecord }) {
  const { audit: w } = useWords(adminPeople);
  const [all, setAll] = useState(false);
  const { currency } = useShop();
  const changes = differences(record.before, record.after);
  if (changes.length === 0) return null;
  const shown = all ? changes : changes.slice(0, SHOWN);
  return (
    <>
      <dl className={classes.changes}>
        {shown.map((change) => (
          <div key={change.path} className={classes.change}>
            <dt>{pathName(change.path)}</dt>
            <dd>
              <Values change={change} currency={currency} />
            </dd>
          </div>
        ))}
      </dl>
      {changes.length > SHOWN && (
        <Button variant="subtle" size="compact-sm" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? w.fewer : w.more(changes.length - SHOWN)}
        </Button>
      )}
    </>
  );
}

function Values({ change, currency }: { change: Change; currency: string }) {
  const { audit: w } = useWords(adminPeople);
  const { path } = change;
  const show = (value: unknown) => <Value path={path} value={value} currency={currency} />;
  switch (change.kind) {
    case "added":
      return show(change.after);
    case "removed":
      return (
        <>
          <del className={classes.before}>{show(change.before)}</del> {w.gone}
        </>
      );
    case "list":
      return (
        <>
          {change.added.length > 0 && (
            <div>
              {w.added} {show(change.added)}
            </div>
          )}
          {change.removed.length > 0 && (
            <div>
              {w.removed} <del className={classes.before}>{show(change.removed)}</del>
            </div>
          )}
        </>
      );
    case "changed":
      return (
        <>
          <del className={classes.before}>{show(change.before)}</del>{" "}
          <ArrowRight size={14} aria-hidden="true" className={classes.arrow} />
          <VisuallyHidden>{w.becomes}</VisuallyHidden> {show(change.after)}
        </>
      );
  }
}

function Value({ path, value, currency }: { path: string; value: unknown; currency: string }) {
  const place = placeOfValue(fieldOf(path), value);
  if (place && typeof value === "string") {
    return <PlaceLink place={place}>{place.page === "user" ? <PersonName id={value} /> : shortId(value)}</PlaceLink>;
  }
  return <>{valueText(path, value, currency)}</>;
}

/** The name of a worker; of others, the end of the id. */
function PersonName({ id }: { id: string }) {
  return useWorkers().data?.items.find((worker) => worker.id === id)?.name || shortId(id);
}
