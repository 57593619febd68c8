import { UnstyledButton, VisuallyHidden } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Notification } from "@/api/schema";
import { useRole } from "@/api/useSession";
import { notifications as words } from "@/i18n/en/notifications";
import { useLanguage, useWords } from "@/i18n/language";
import { Ago } from "@/ui/Time";
import { type About, aboutOf, numberIn } from "./about";
import { kindOf } from "./kinds";
import classes from "./Notifications.module.css";

type Props = {
  notification: Notification;
  /** It was followed, or clicked on. */
  onOpen: () => void;
  gone?: boolean;
  actions?: ReactNode;
};

/** A notification, as a link to what it is about. */
export function NotificationRow({ notification, onOpen, gone, actions }: Props) {
  const w = useWords(words);
  const language = useLanguage();
  const role = useRole();
  const { type, title, body, readAt, createdAt } = notification;
  const [Icon, tone] = kindOf(type);
  // The server writes English.
  const translated = w.titles[type];
  const number = translated && numberIn(title);
  return (
    <li className={classes.row} data-unread={readAt === null || undefined} data-gone={gone || undefined}>
      <Target about={aboutOf(notification, role)} onClick={onOpen}>
        <span className={classes.icon} data-tone={tone}>
          <Icon size={18} aria-hidden="true" />
        </span>
        <span className={classes.content}>
          <span className={classes.title}>
            {readAt === null && <VisuallyHidden>{w.unread} </VisuallyHidden>}
            {translated ?? title}
            {number && <span className="code"> {number}</span>}
          </span>
          <span className={classes.body} lang={language === "en" ? undefined : "en"}>
            {body}
          </span>
          <span className={classes.time}>
            <Ago time={createdAt} />
          </span>
        </span>
      </Target>
      {actions && <span className={classes.actions}>{actions}</span>}
    </li>
  );
}

type TargetProps = { about: About | null; onClick: () => void; children: ReactNode };

function Target({ about, onClick, children }: TargetProps) {
  if (about?.kind === "order") {
    return (
      <Link to="/orders/$orderId" params={{ orderId: about.orderId }} className={classes.target} onClick={onClick}>
        {children}
      </Link>
    );
  }
  if (about) {
    return (
      <Link to={about.to} className={classes.target} onClick={onClick}>
        {children}
      </Link>
    );
  }
  return (
    <UnstyledButton className={classes.target} onClick={onClick}>
      {children}
    </UnstyledButton>
  );
}
