import { Button, Group, Modal, NativeSelect, Stack, Text, Textarea } from "@mantine/core";
import { keepPreviousData, useMutation } from "@tanstack/react-query";
import { ShieldCheck } from "lucide-react";
import { useState } from "react";
import { $api, api, body } from "@/api/client";
import type { Difference } from "@/api/schema";
import { useRefetch } from "@/api/useRefetch";
import { common } from "@/i18n/en/common";
import { payouts } from "@/i18n/en/payouts";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { type Column, DataTable } from "@/ui/DataTable";
import { Empty } from "@/ui/Empty";
import { FailureNote } from "@/ui/Failure";
import { money } from "@/ui/format";
import { TextLink } from "@/ui/links";
import { NoMatch } from "@/ui/NoMatch";
import { shortId } from "@/ui/names";
import { Pager } from "@/ui/Pager";
import { Stamp } from "@/ui/Stamp";
import { Ago } from "@/ui/Time";
import { DIFFERENCE_STATES, type DifferenceFilters, PATHS } from "./filters";
import { methodName } from "./names";

/** Longest note that the API takes. */
const NOTE_MAX = 500;

type Props = { filters: DifferenceFilters; onChange: (filters: DifferenceFilters) => void };

/** What differs between the shop and the providers, or needs a decision. */
export function DifferenceList({ filters, onChange }: Props) {
  const t = useWords(common);
  const w = useWords(payouts);
  const { state, cursor } = filters;
  const [resolving, setResolving] = useState<Difference | null>(null);
  const query = { state: state && [state], cursor, limit: 50 };
  const list = $api.useQuery("get", PATHS.differences, { params: { query } }, { placeholderData: keepPreviousData });
  return (
    <Stack gap="sm">
      {list.isError && <FailureNote error={list.error} onRetry={() => void list.refetch()} />}
      <search>
        <NativeSelect
          label={w.state}
          maw="20rem"
          value={state ?? ""}
          onChange={(event) =>
            onChange({ state: (event.currentTarget.value || undefined) as Difference["state"] | undefined })
          }
          data={[
            { value: "", label: t.all },
            ...DIFFERENCE_STATES.map((value) => ({ value, label: w.differenceStates[value] })),
          ]}
        />
      </search>
      <Card flush>
        <DataTable
          label={w.differences}
          columns={columns(w, setResolving)}
          rows={list.data?.items}
          id={({ id }) => id}
          name={({ kind }) => w.differenceKinds[kind]}
          expected={5}
          empty={
            state === "RESOLVED" ? (
              <NoMatch onClear={() => onChange({})} />
            ) : (
              <Empty icon={<ShieldCheck />} title={w.noDifferences} hint={w.noDifferencesHint} />
            )
          }
        />
        <Pager
          cursor={cursor}
          next={list.data?.nextCursor}
          onChange={(next) => onChange({ ...filters, cursor: next })}
        />
      </Card>
      <Modal
        opened={resolving !== null}
        onClose={() => setResolving(null)}
        title={resolving && w.differenceKinds[resolving.kind]}
      >
        {resolving && <ResolveForm difference={resolving} onClose={() => setResolving(null)} />}
      </Modal>
    </Stack>
  );
}

type Words = Omit<typeof payouts, "part">;

function columns(w: Words, resolve: (difference: Difference) => void): Column<Difference>[] {
  return [
    { id: "kind", title: w.what, cell: ({ kind }) => w.differenceKinds[kind], shrink: true },
    {
      id: "detail",
      title: w.detail,
      cell: ({ detail, note }) => (note ? `${detail} – ${note}` : detail),
      grow: true,
      wrap: true,
    },
    { id: "provider", title: w.method, cell: ({ provider }) => methodName(provider, w), wide: true },
    { id: "amount", title: w.amount, cell: ({ amount }) => amount && money(amount), right: true },
    { id: "about", title: w.order, cell: (difference) => <About difference={difference} /> },
    {
      id: "state",
      title: w.state,
      cell: ({ state }) => <Stamp tone={state === "OPEN" ? "bad" : "done"}>{w.differenceStates[state]}</Stamp>,
    },
    { id: "found", title: w.found, cell: ({ createdAt }) => <Ago time={createdAt} /> },
    {
      id: "resolve",
      title: "",
      cell: (difference) =>
        difference.state === "OPEN" && (
          <Button
            size="compact-sm"
            variant="default"
            aria-label={w.resolveName(w.differenceKinds[difference.kind])}
            onClick={() => resolve(difference)}
          >
            {w.resolve}
          </Button>
        ),
    },
  ];
}

function About({ difference: { orderId, payoutId } }: { difference: Difference }) {
  const w = useWords(payouts);
  if (payoutId) return <TextLink to="/admin/payouts">{w.list}</TextLink>;
  if (!orderId) return null;
  return (
    <TextLink to="/orders/$orderId" params={{ orderId }} className="code">
      {shortId(orderId)}
    </TextLink>
  );
}

function ResolveForm({ difference, onClose }: { difference: Difference; onClose: () => void }) {
  const c = useWords(common);
  const w = useWords(payouts);
  const [note, setNote] = useState("");
  const { id, version, detail } = difference;
  const refetch = useRefetch();
  const resolve = useMutation({
    mutationFn: () =>
      body(
        api.POST("/api/v1/admin/differences/{id}/resolve", {
          params: { path: { id } },
          body: { note: note.trim(), version },
        }),
      ),
    onSuccess: onClose,
    onSettled: () => refetch(PATHS.differences),
  });
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        resolve.mutate();
      }}
    >
      <Stack gap="sm">
        <Text size="sm">{detail}</Text>
        <Textarea
          label={w.note}
          description={w.resolveHint}
          autosize
          minRows={2}
          maxLength={NOTE_MAX}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        {resolve.isError && <FailureNote error={resolve.error} />}
        <Group gap="xs">
          <Button type="submit" loading={resolve.isPending}>
            {w.resolve}
          </Button>
          <Button variant="default" onClick={onClose}>
            {c.cancel}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
