import type { Person } from "@/api/schema";
import { chat } from "@/i18n/en/chat";
import { useWords } from "@/i18n/language";
import classes from "./Chat.module.css";
import { joined } from "./names";

/** Who else looks at the order at present. */
export function Present({ people }: { people: readonly Person[] }) {
  const t = useWords(chat);
  return (
    <span className={classes.present} role="status">
      {people.length > 0 && (
        <>
          <span className={classes.dot} aria-hidden="true" />
          {t.here(joined(people.map(({ name }) => name || t.somebody)), people.length)}
        </>
      )}
    </span>
  );
}
