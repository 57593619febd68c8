import { Avatar } from "@mantine/core";
import type { User } from "@/api/schema";
import { adminPeople } from "@/i18n/en/adminPeople";
import { common } from "@/i18n/en/common";
import { wordsOf } from "@/i18n/language";
import type { Column } from "@/ui/DataTable";
import { day, initials } from "@/ui/format";
import { TextLink } from "@/ui/links";
import { nameOf } from "@/ui/names";
import classes from "./UserList.module.css";
import { UserState } from "./UserState";

/** The columns of the list of users. */
export function userColumns(): Column<User>[] {
  const t = wordsOf(common);
  const { users: w } = wordsOf(adminPeople);
  return [
    {
      id: "name",
      title: t.name,
      cell: (user) => (
        <span className={classes.who}>
          <Avatar size={28} radius="xl" color="carbon" src={user.avatarUrl} alt="" aria-hidden="true">
            {initials(nameOf(user))}
          </Avatar>
          <TextLink to="/admin/users/$userId" params={{ userId: user.id }}>
            {nameOf(user)}
          </TextLink>
        </span>
      ),
    },
    { id: "email", title: t.email, cell: (user) => <span className={classes.email}>{user.email}</span> },
    { id: "role", title: w.role, cell: (user) => t.role[user.role] },
    { id: "state", title: w.state, cell: (user) => <UserState user={user} /> },
    { id: "since", title: w.since, cell: (user) => <time dateTime={user.createdAt}>{day(user.createdAt)}</time> },
  ];
}
