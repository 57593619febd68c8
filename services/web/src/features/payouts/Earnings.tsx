import { Alert, Stack } from "@mantine/core";
import { HandCoins, Info } from "lucide-react";
import { useState } from "react";
import { $api } from "@/api/client";
import { refetchSoon } from "@/api/queryClient";
import type { Earning } from "@/api/schema";
import { payouts } from "@/i18n/en/payouts";
import { useWords } from "@/i18n/language";
import { useCatchUp, useLive } from "@/live/useLive";
import { Card } from "@/ui/Card";
import { type Column, DataTable } from "@/ui/DataTable";
import { Empty } from "@/ui/Empty";
import { FailureNote } from "@/ui/Failure";
import { money } from "@/ui/format";
import { TextLink } from "@/ui/links";
import { shortId } from "@/ui/names";
import { Pager } from "@/ui/Pager";
import { Ago } from "@/ui/Time";
import { Balances } from "./Balances";
import { PATHS } from "./filters";
import { payoutColumns } from "./payoutColumns";

type Words = Omit<typeof payouts, "part">;

/** What the signed-in worker has earned, and what of it was paid. */
export function Earnings() {
  const w = useWords(payouts);
  const load = () => refetchSoon(PATHS.balance, PATHS.own, PATHS.earnings);
  useLive("payout:updated", load);
  useLive("order:status", load);
  useCatchUp(load);
  const balance = $api.useQuery("get", PATHS.balance);
  const balances = balance.data?.balances;
  return (
    <Stack gap="md">
      {balance.isError && <FailureNote error={balance.error} onRetry={() => void balance.refetch()} />}
      {balances?.some(({ available }) => available.amount < 0) && (
        <Alert color="yellow" variant="light" icon={<Info />}>
          {w.negative}
        </Alert>
      )}
      <Balances balances={balances} />
      <OwnPayouts />
      <Bookings />
    </Stack>
  );
}

function OwnPayouts() {
  const w = useWords(payouts);
  const [cursor, setCursor] = useState<string>();
  const list = $api.useQuery("get", PATHS.own, { params: { query: { cursor, limit: 20 } } });
  return (
    <Card title={w.yourPayouts} flush>
      {list.isError && <FailureNote error={list.error} onRetry={() => void list.refetch()} />}
      <DataTable
        label={w.yourPayouts}
        columns={payoutColumns(w, list.data?.items ?? [])}
        rows={list.data?.items}
        id={({ id }) => id}
        name={({ amount }) => money(amount)}
        expected={3}
        empty={<Empty icon={<HandCoins />} title={w.noPayoutsYet} hint={w.noPayoutsYetHint} />}
      />
      <Pager cursor={cursor} next={list.data?.nextCursor} onChange={setCursor} />
    </Card>
  );
}

function Bookings() {
  const w = useWords(payouts);
  const [cursor, setCursor] = useState<string>();
  const list = $api.useQuery("get", PATHS.earnings, { params: { query: { cursor, limit: 20 } } });
  return (
    <Card title={w.history} flush>
      {list.isError && <FailureNote error={list.error} onRetry={() => void list.refetch()} />}
      <DataTable
        label={w.history}
        columns={bookingColumns(w)}
        rows={list.data?.items}
        id={({ id }) => id}
        name={({ kind }) => w.kinds[kind] ?? kind}
        expected={5}
        empty={<Empty icon={<HandCoins />} title={w.nothingEarned} hint={w.nothingEarnedHint} />}
      />
      <Pager cursor={cursor} next={list.data?.nextCursor} onChange={setCursor} />
    </Card>
  );
}

function bookingColumns(w: Words): Column<Earning>[] {
  return [
    { id: "what", title: w.what, cell: ({ kind }) => w.kinds[kind] ?? kind, grow: true },
    {
      id: "order",
      title: w.order,
      cell: ({ orderId }) =>
        orderId && (
          <TextLink to="/orders/$orderId" params={{ orderId }} className="code">
            {shortId(orderId)}
          </TextLink>
        ),
    },
    { id: "amount", title: w.amount, cell: ({ amount }) => money(amount), right: true },
    { id: "at", title: w.at, cell: ({ at }) => <Ago time={at} /> },
  ];
}
