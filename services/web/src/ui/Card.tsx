import type { ReactNode } from "react";
import classes from "./Card.module.css";

type Props = {
  title?: ReactNode;
  aside?: ReactNode;
  children: ReactNode;
  /** Without inner space: for tables and lists with rows of their own. */
  flush?: boolean;
  className?: string;
};

/** A section on paper. */
export function Card({ title, aside, children, flush, className }: Props) {
  return (
    <section className={[classes.card, className].filter(Boolean).join(" ")}>
      {title && (
        <header className={classes.head}>
          <h2 className={classes.title}>{title}</h2>
          {aside}
        </header>
      )}
      <div className={flush ? undefined : classes.body}>{children}</div>
    </section>
  );
}
