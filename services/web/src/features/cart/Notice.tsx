import { CloseButton } from "@mantine/core";
import { Info } from "lucide-react";
import type { ReactNode } from "react";
import classes from "./CartView.module.css";

type Props = { children: ReactNode; onClose?: (() => void) | undefined; closeLabel?: string };

/** Something that the customer should know, but that stops nothing. */
export function Notice({ children, onClose, closeLabel }: Props) {
  return (
    <div className={classes.notice}>
      <Info size={18} aria-hidden="true" />
      <div className={classes.noticeText}>{children}</div>
      {onClose && <CloseButton aria-label={closeLabel} onClick={onClose} />}
    </div>
  );
}
