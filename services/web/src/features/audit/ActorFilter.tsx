import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { $api } from "@/api/client";
import type { User } from "@/api/schema";
import { adminPeople } from "@/i18n/en/adminPeople";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";

const USERS = "/api/v1/admin/users";
/** Longest search text that the API takes. */
const QUERY_MAX = 100;

const labelOf = ({ firstName, lastName, email }: User) => `${`${firstName} ${lastName}`.trim()} (${email})`;

type Props = { actorId: string | undefined; onChange: (actorId: string | undefined) => void };

/** Whose acts to show: an administrator of the list, or anybody by a search. */
export function ActorFilter({ actorId, onChange }: Props) {
  const t = useWords(common);
  const { audit: w } = useWords(adminPeople);
  const options = $api.queryOptions("get", `${USERS}/{id}`, { params: { path: { id: actorId ?? "" } } });
  const chosen = useQuery({ ...options, enabled: Boolean(actorId), staleTime: 60_000 });
  const chosenLabel = chosen.data ? labelOf(chosen.data) : (actorId ?? "");
  const [search, setSearch] = useState("");
  const [settled] = useDebouncedValue(search.trim().slice(0, QUERY_MAX), 300);
  // Administrators act most; others are found by typing. The name of who is chosen is in the field too, and no search.
  const searching = settled.length >= 2 && settled !== chosenLabel.slice(0, QUERY_MAX);
  const query = searching ? { q: settled, limit: 20 } : { role: ["ADMIN" as const], limit: 100 };
  const found = $api.useQuery("get", USERS, { params: { query } }, { staleTime: 60_000 });
  const people = found.data?.items ?? [];
  const data = people.map((user) => ({ value: user.id, label: labelOf(user) }));
  if (actorId && !people.some((user) => user.id === actorId)) data.unshift({ value: actorId, label: chosenLabel });
  return (
    <Select
      label={w.who}
      placeholder={w.anybody}
      data={data}
      value={actorId ?? null}
      onChange={(id) => onChange(id ?? undefined)}
      searchable
      clearable
      clearButtonProps={{ "aria-label": `${t.remove}: ${w.who}` }}
      onSearchChange={setSearch}
      nothingFoundMessage={found.isFetching ? t.loading : t.noMatch}
    />
  );
}
