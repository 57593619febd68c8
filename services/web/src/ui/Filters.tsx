import { Button } from "@mantine/core";
import { SlidersHorizontal } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import classes from "./Filters.module.css";

/** How many filters are set. */
export function countSet(filters: readonly unknown[]): number {
  return filters.filter((filter) => filter !== undefined).length;
}

type Props = {
  /** How many of them are set. */
  count: number;
  children: ReactNode;
};

/** The filters of a list beside its search. On phones they open on demand, so that the list is on the first screen. */
export function Filters({ count, children }: Props) {
  const t = useWords(common);
  const [opened, setOpened] = useState(false);
  const id = useId();
  return (
    <>
      <Button
        className={classes.toggle}
        variant={count > 0 ? "light" : "default"}
        leftSection={<SlidersHorizontal size={14} aria-hidden="true" />}
        aria-expanded={opened}
        aria-controls={id}
        onClick={() => setOpened(!opened)}
      >
        {count > 0 ? t.filtersSet(count) : t.filters}
      </Button>
      <div id={id} className={classes.filters} data-opened={opened || undefined}>
        {children}
      </div>
    </>
  );
}
