import { Button, Skeleton, Stack, Text } from "@mantine/core";
import { useState } from "react";
import type { HistoryItem } from "@/api/schema";
import { useUser } from "@/api/useSession";
import { common } from "@/i18n/en/common";
import { tracker } from "@/i18n/en/tracker";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { Ago } from "@/ui/Time";
import { eventTone, remarkText, sentenceOf } from "./eventText";
import { remarkOf } from "./remark";
import classes from "./Timeline.module.css";
import { useHistory } from "./useHistory";

/** Events that are shown at first. */
const FIRST = 8;
/** Further ones for each press of the button. */
const MORE = 25;

/** What happened to an order, newest first: what, when, by whom, and what was said about it. */
export function Timeline({ orderId }: { orderId: string }) {
  const t = useWords(tracker);
  const [shown, setShown] = useState(FIRST);
  const { items, error, reload } = useHistory(orderId);
  if (error) return <FailureNote error={error} onRetry={reload} />;
  if (!items) {
    return (
      <Stack gap="md" aria-busy="true">
        {Array.from({ length: 4 }, (_, index) => (
          <Skeleton key={index} height="2.2rem" />
        ))}
      </Stack>
    );
  }
  if (items.length === 0) return <Text c="dimmed">{t.noHistory}</Text>;
  const hidden = items.length - shown;
  return (
    <>
      <ol className={classes.events}>
        {items.slice(0, shown).map((item) => (
          <EventItem key={item.version} item={item} />
        ))}
      </ol>
      {hidden > 0 && (
        <Button variant="subtle" size="xs" mt="sm" onClick={() => setShown(shown + MORE)}>
          {t.showEarlier(hidden)}
        </Button>
      )}
    </>
  );
}

function EventItem({ item }: { item: HistoryItem }) {
  const t = useWords(tracker);
  const words = useWords(common);
  const user = useUser();
  const remark = remarkOf(item);
  const { actor, internalNote } = item;
  const who = !actor ? t.system : actor.id === user?.id ? t.you : `${actor.name} (${words.role[actor.role]})`;
  return (
    <li className={classes.event} data-tone={eventTone(item)}>
      <span className={classes.what}>{sentenceOf(t, item)}</span>
      {remark && (
        <span className={classes.remark} data-said={remark.kind === "said" || undefined}>
          {remarkText(t, remark)}
        </span>
      )}
      {internalNote && (
        <span className={classes.remark} data-said>
          <span className={classes.internal}>{t.internal}</span> {internalNote}
        </span>
      )}
      <span className={classes.meta}>
        {who} · <Ago time={item.at} />
      </span>
    </li>
  );
}
