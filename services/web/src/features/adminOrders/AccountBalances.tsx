import { Stack } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { Scale } from "lucide-react";
import { useState } from "react";
import { $api } from "@/api/client";
import { refetchSoon } from "@/api/queryClient";
import type { AccountBalance } from "@/api/schema";
import { adminOrders } from "@/i18n/en/adminOrders";
import { useWords } from "@/i18n/language";
import { useLive } from "@/live/useLive";
import { Card } from "@/ui/Card";
import { type Column, DataTable } from "@/ui/DataTable";
import { DayField } from "@/ui/DayField";
import { Empty } from "@/ui/Empty";
import { FailureNote } from "@/ui/Failure";
import { money } from "@/ui/format";
import { AccountName } from "./AccountName";

const BALANCES = "/api/v1/admin/balances";

/** What is on each account, now or at the end of a day. */
export function AccountBalances() {
  const t = useWords(adminOrders);
  const [day, setDay] = useState<string>();
  useLive("payment:updated", () => refetchSoon(BALANCES));
  const params = { query: { at: day } };
  const list = $api.useQuery("get", BALANCES, { params }, { placeholderData: keepPreviousData });
  const columns: Column<AccountBalance>[] = [
    {
      id: "account",
      title: t.account,
      cell: ({ account }) => (account === "workers" ? t.workers : <AccountName account={account} />),
      grow: true,
    },
    {
      id: "debit",
      title: t.debit,
      cell: ({ balance }) => balance.amount > 0 && money(balance),
      right: true,
    },
    {
      id: "credit",
      title: t.credit,
      cell: ({ balance }) => balance.amount < 0 && money({ ...balance, amount: -balance.amount }),
      right: true,
    },
  ];
  return (
    <Card title={t.balances} flush>
      <Stack px="lg" py="sm" maw="20rem">
        <DayField label={t.balancesAt} value={day} onChange={setDay} />
      </Stack>
      {list.isError && <FailureNote error={list.error} onRetry={() => void list.refetch()} />}
      <DataTable
        label={t.balances}
        columns={columns}
        rows={list.data?.balances}
        id={({ account, balance }) => `${account} ${balance.currency}`}
        name={({ account }) => account}
        expected={4}
        empty={<Empty icon={<Scale />} title={t.noBookings} hint={t.noBookingsHint} />}
      />
    </Card>
  );
}
