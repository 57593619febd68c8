import { Check, CircleOff, TriangleAlert } from "lucide-react";
import { adminPeople } from "@/i18n/en/adminPeople";
import { useWords } from "@/i18n/language";
import { Stamp } from "@/ui/Stamp";
import { Ago } from "@/ui/Time";
import classes from "./SystemStatus.module.css";

type Props = {
  /** Null for what this installation does not have. */
  works: boolean | null;
  /** When it was first seen down. */
  since?: string | undefined;
};

/** Whether a part works. */
export function PartStamp({ works, since }: Props) {
  const { system: w } = useWords(adminPeople);
  if (works === null) {
    return (
      <Stamp tone="over" icon={CircleOff}>
        {w.unused}
      </Stamp>
    );
  }
  if (works) {
    return (
      <Stamp tone="done" icon={Check}>
        {w.up}
      </Stamp>
    );
  }
  return (
    <span className={classes.part}>
      <Stamp tone="bad" icon={TriangleAlert}>
        {w.down}
      </Stamp>
      {since && (
        <span>
          {w.since} <Ago time={since} />
        </span>
      )}
    </span>
  );
}
