import { CloseButton } from "@mantine/core";
import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import type { Tone } from "@/ui/Stamp";
import classes from "./Notice.module.css";

type Props = {
  tone: Tone;
  icon: LucideIcon;
  title: ReactNode;
  children?: ReactNode;
  /** Read out when it appears. */
  live?: boolean;
  onClose?: () => void;
};

/** A message in the place that it is about, in one of the tones of stamps. */
export function Notice({ tone, icon: Icon, title, children, live, onClose }: Props) {
  const t = useWords(common);
  return (
    <div className={classes.notice} data-tone={tone} role={live ? "status" : undefined}>
      <Icon size={18} aria-hidden="true" />
      <div className={classes.body}>
        <div className={classes.title}>{title}</div>
        {children && <div className={classes.text}>{children}</div>}
      </div>
      {onClose && <CloseButton aria-label={t.close} onClick={onClose} />}
    </div>
  );
}
