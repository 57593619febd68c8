import { Button, NativeSelect, Stack, Text } from "@mantine/core";
import { keepPreviousData, useMutation } from "@tanstack/react-query";
import { MailCheck, RotateCw } from "lucide-react";
import { $api, api, body } from "@/api/client";
import type { Delivery, DeliveryState } from "@/api/schema";
import { useRefetch } from "@/api/useRefetch";
import { adminPeople } from "@/i18n/en/adminPeople";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { type Column, DataTable } from "@/ui/DataTable";
import { Empty } from "@/ui/Empty";
import { FailureNote } from "@/ui/Failure";
import { number } from "@/ui/format";
import { TextLink } from "@/ui/links";
import { NoMatch } from "@/ui/NoMatch";
import { Pager } from "@/ui/Pager";
import { Ago } from "@/ui/Time";
import { DELIVERIES, type MailFilters, STATES } from "./filters";
import { MailStamp } from "./MailStamp";

type Props = { filters: MailFilters; onChange: (filters: MailFilters) => void };

/** All mails, and whether they were sent. One that was given up can be sent again. */
export function MailLog({ filters, onChange }: Props) {
  const t = useWords(common);
  const { mails: w } = useWords(adminPeople);
  const refetch = useRefetch();
  const { state, cursor } = filters;
  const query = { state: state && [state], cursor, limit: 50, total: cursor ? undefined : true };
  const list = $api.useQuery("get", DELIVERIES, { params: { query } }, { placeholderData: keepPreviousData });
  const retry = useMutation({
    mutationFn: (id: string) => body(api.POST(`${DELIVERIES}/{id}/retry`, { params: { path: { id } } })),
    onSettled: () => refetch(DELIVERIES),
  });
  const total = list.data?.total;
  return (
    <Stack gap="sm">
      {retry.isError && <FailureNote error={retry.error} />}
      {list.isError && <FailureNote error={list.error} onRetry={() => void list.refetch()} />}
      <search>
        <NativeSelect
          label={w.state}
          maw="20rem"
          value={state ?? ""}
          onChange={(event) =>
            onChange({ state: (event.currentTarget.value || undefined) as DeliveryState | undefined })
          }
          data={[{ value: "", label: t.all }, ...STATES.map((value) => ({ value, label: w.states[value] }))]}
        />
      </search>
      <Text size="sm" c="dimmed" role="status">
        {list.isPending ? t.loading : total !== undefined && w.count(total, number(total))}
      </Text>
      {(list.data || list.isPending) && (
        <Card flush>
          <DataTable
            label={w.title}
            columns={columns(w, list.data?.items ?? [], retry)}
            rows={list.data?.items}
            id={({ id }) => id}
            name={({ subject }) => subject}
            expected={20}
            empty={
              state ? (
                <NoMatch onClear={() => onChange({})} />
              ) : (
                <Empty icon={<MailCheck />} title={w.none} hint={w.noneHint} />
              )
            }
          />
          <Pager
            cursor={cursor}
            next={list.data?.nextCursor}
            onChange={(next) => onChange({ ...filters, cursor: next })}
          />
        </Card>
      )}
    </Stack>
  );
}

type Words = (typeof adminPeople)["mails"];
type Retry = { mutate: (id: string) => void; isPending: boolean; variables: string | undefined };

/** What went wrong, and what to do about it, have columns only where something did. */
function columns(w: Words, rows: readonly Delivery[], retry: Retry): Column<Delivery>[] {
  const all: Column<Delivery>[] = [
    {
      id: "to",
      title: w.to,
      cell: ({ to, userId }) => (
        <TextLink to="/admin/users/$userId" params={{ userId }}>
          {to ?? w.unknownAddress}
        </TextLink>
      ),
      hint: ({ to }) => to ?? undefined,
      shrink: true,
    },
    { id: "subject", title: w.subject, cell: ({ subject }) => subject, hint: ({ subject }) => subject, grow: true },
    { id: "state", title: w.state, cell: ({ state }) => <MailStamp state={state} /> },
    { id: "attempts", title: w.attempts, cell: ({ attempts }) => number(attempts), right: true, wide: true },
    {
      id: "error",
      title: w.lastError,
      cell: ({ lastError }) => lastError,
      hint: ({ lastError }) => lastError ?? undefined,
      grow: true,
    },
    { id: "created", title: w.written, cell: ({ createdAt }) => <Ago time={createdAt} /> },
    {
      id: "again",
      title: w.again,
      cell: ({ id, state, subject }) =>
        state === "DEAD" && (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<RotateCw size={14} aria-hidden="true" />}
            aria-label={w.sendAgain(subject)}
            loading={retry.isPending && retry.variables === id}
            onClick={() => retry.mutate(id)}
          >
            {w.again}
          </Button>
        ),
    },
  ];
  const without = new Set<string>();
  if (!rows.some(({ lastError }) => lastError)) without.add("error");
  if (!rows.some(({ state }) => state === "DEAD")) without.add("again");
  return all.filter(({ id }) => !without.has(id));
}
