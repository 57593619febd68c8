import { NativeSelect, Text } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Users } from "lucide-react";
import { $api } from "@/api/client";
import type { Role } from "@/api/schema";
import { adminPeople } from "@/i18n/en/adminPeople";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { DataTable } from "@/ui/DataTable";
import { Empty } from "@/ui/Empty";
import { FailureNote } from "@/ui/Failure";
import { number } from "@/ui/format";
import { NoMatch } from "@/ui/NoMatch";
import { nameOf } from "@/ui/names";
import { Pager } from "@/ui/Pager";
import { SearchField } from "@/ui/SearchField";
import { type UserFilters, userQuery } from "./filters";
import { USERS } from "./queries";
import classes from "./UserList.module.css";
import { userColumns } from "./userColumns";

const ROLES: Role[] = ["CUSTOMER", "STAFF", "ADMIN"];

type Props = { filters: UserFilters; onChange: (filters: UserFilters) => void };

/** All accounts, newest first. */
export function UserList({ filters, onChange }: Props) {
  const t = useWords(common);
  const { users: w } = useWords(adminPeople);
  const navigate = useNavigate();
  const users = $api.useQuery(
    "get",
    USERS,
    { params: { query: userQuery(filters) } },
    { placeholderData: keepPreviousData },
  );
  // A narrowed list begins at its start.
  const narrow = (change: UserFilters) => onChange({ ...filters, ...change, cursor: undefined });
  const filtered = Boolean(filters.q || filters.role);
  return (
    <Card flush>
      <search className={classes.filters}>
        <SearchField value={filters.q ?? ""} onChange={(q) => narrow({ q: q || undefined })} label={w.search} />
        <NativeSelect
          aria-label={w.role}
          value={filters.role ?? ""}
          onChange={(event) => narrow({ role: (event.currentTarget.value || undefined) as Role | undefined })}
          data={[{ value: "", label: w.allRoles }, ...ROLES.map((role) => ({ value: role, label: t.role[role] }))]}
        />
        <Text size="sm" c="dimmed" role="status" className={classes.count}>
          {users.data?.total !== undefined && w.count(users.data.total, number(users.data.total))}
        </Text>
      </search>
      {users.isError && <FailureNote error={users.error} onRetry={() => void users.refetch()} />}
      {!(users.isError && !users.data) && (
        <DataTable
          label={w.title}
          columns={userColumns()}
          rows={users.data?.items}
          id={(user) => user.id}
          name={nameOf}
          onOpen={(user) => void navigate({ to: "/admin/users/$userId", params: { userId: user.id } })}
          expected={20}
          empty={
            filtered ? (
              <NoMatch onClear={() => onChange({})} />
            ) : (
              <Empty icon={<Users size={32} aria-hidden="true" />} title={t.nothingHere} />
            )
          }
        />
      )}
      <Pager
        cursor={filters.cursor}
        next={users.data?.nextCursor}
        onChange={(cursor) => onChange({ ...filters, cursor })}
      />
    </Card>
  );
}
