import { Eye } from "lucide-react";
import type { Person } from "@/api/schema";
import { orders } from "@/i18n/en/orders";
import { useWords } from "@/i18n/language";
import classes from "./Present.module.css";

/** Who else looks at the order now. */
export function Present({ people }: { people: Person[] }) {
  const t = useWords(orders);
  return (
    <span role="status" className={classes.present}>
      {people.length > 0 && (
        <>
          <Eye size={15} aria-hidden="true" />
          {t.alsoHere(people.map(({ name }) => name).join(", "))}
        </>
      )}
    </span>
  );
}
