import { Anchor, Avatar } from "@mantine/core";
import type { User } from "@/api/schema";
import { adminPeople } from "@/i18n/en/adminPeople";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { CopyId } from "@/ui/CopyId";
import { day, initials } from "@/ui/format";
import { nameOf } from "@/ui/names";
import { Ago } from "@/ui/Time";
import classes from "./Profile.module.css";

/** Who an account belongs to. */
export function Profile({ user }: { user: User }) {
  const t = useWords(common);
  const { users: w } = useWords(adminPeople);
  return (
    <Card title={w.profile}>
      <div className={classes.profile}>
        <Avatar size={64} radius="xl" color="carbon" src={user.avatarUrl} alt="" aria-hidden="true">
          {initials(nameOf(user))}
        </Avatar>
        <dl className={classes.facts}>
          <dt>{t.name}</dt>
          <dd>{nameOf(user)}</dd>
          <dt>{t.email}</dt>
          <dd>
            <Anchor href={`mailto:${user.email}`} className={classes.email}>
              {user.email}
            </Anchor>
            <span className={classes.aside}>{user.emailVerified ? w.verified : w.unverifiedHint}</span>
          </dd>
          <dt>{w.role}</dt>
          <dd>{t.role[user.role]}</dd>
          <dt>{w.since}</dt>
          <dd>
            {day(user.createdAt)}{" "}
            <span className={classes.aside}>
              (<Ago time={user.createdAt} />)
            </span>
          </dd>
          <dt>{w.id}</dt>
          <dd>
            <CopyId id={user.id} label={w.id} />
          </dd>
        </dl>
      </div>
    </Card>
  );
}
