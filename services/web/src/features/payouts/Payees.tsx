import { Button, Group, Modal } from "@mantine/core";
import { HandCoins, PiggyBank } from "lucide-react";
import { useState } from "react";
import { $api } from "@/api/client";
import { refetchSoon } from "@/api/queryClient";
import type { Balance, Payee } from "@/api/schema";
import { payouts } from "@/i18n/en/payouts";
import { useWords } from "@/i18n/language";
import { useCatchUp, useLive } from "@/live/useLive";
import { Card } from "@/ui/Card";
import { type Column, DataTable } from "@/ui/DataTable";
import { Empty } from "@/ui/Empty";
import { FailureNote } from "@/ui/Failure";
import { money } from "@/ui/format";
import { TextLink } from "@/ui/links";
import { Pager } from "@/ui/Pager";
import { PATHS } from "./filters";
import { methodName, payeeName } from "./names";
import { PayForm } from "./PayForm";
import { PaySeveral } from "./PaySeveral";

const NOBODY: ReadonlySet<string> = new Set();
const keyOf = (payee: Payee) => payee.workerId ?? "owner";

/** Who can be paid, with what is available. Several workers are paid at once. */
export function Payees() {
  const w = useWords(payouts);
  const [cursor, setCursor] = useState<string>();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(NOBODY);
  const [paying, setPaying] = useState<Payee | null>(null);
  const [several, setSeveral] = useState(false);
  const load = () => refetchSoon(PATHS.payees);
  useLive("payout:updated", load);
  useCatchUp(load);
  const list = $api.useQuery("get", PATHS.payees, { params: { query: { cursor, limit: 50 } } });
  const rows = list.data?.items;
  // The owner is paid alone.
  const workers = (rows ?? []).filter((payee) => payee.workerId && chosen.has(payee.workerId));
  return (
    <Card title={w.balances} flush>
      {list.isError && <FailureNote error={list.error} onRetry={() => void list.refetch()} />}
      <DataTable
        label={w.balances}
        columns={columns(w, setPaying)}
        rows={rows}
        id={keyOf}
        name={(payee) => payeeName(payee, w)}
        selection={{ ids: chosen, onChange: setChosen }}
        expected={4}
        empty={<Empty icon={<PiggyBank />} title={w.noBalances} hint={w.noBalancesHint} />}
      />
      {workers.length > 0 && (
        <Group justify="flex-end" p="sm">
          <Button leftSection={<HandCoins size={16} aria-hidden="true" />} onClick={() => setSeveral(true)}>
            {w.paySelected(workers.length)}
          </Button>
        </Group>
      )}
      <Pager cursor={cursor} next={list.data?.nextCursor} onChange={setCursor} />
      <Modal opened={paying !== null} onClose={() => setPaying(null)} title={paying && w.payTo(payeeName(paying, w))}>
        {paying && <PayForm payee={paying} onClose={() => setPaying(null)} />}
      </Modal>
      <Modal opened={several} onClose={() => setSeveral(false)} title={w.paySelected(workers.length)}>
        {several && (
          <PaySeveral
            payees={workers}
            onClose={() => {
              setSeveral(false);
              setChosen(NOBODY);
            }}
          />
        )}
      </Modal>
    </Card>
  );
}

type Words = typeof payouts;

function columns(w: Omit<Words, "part">, pay: (payee: Payee) => void): Column<Payee>[] {
  const amounts = (of: (balance: Balance) => Balance["paid"]) => (payee: Payee) =>
    payee.balances.map((balance) => money(of(balance))).join(" · ") || "–";
  return [
    {
      id: "who",
      title: w.who,
      cell: (payee) =>
        payee.workerId ? (
          <TextLink to="/admin/users/$userId" params={{ userId: payee.workerId }} size="sm">
            {payeeName(payee, w)}
          </TextLink>
        ) : (
          payeeName(payee, w)
        ),
      grow: true,
    },
    {
      id: "account",
      title: w.goesTo,
      cell: ({ account }) => [methodName(account.method, w), account.recipient].filter(Boolean).join(", "),
      hint: ({ account }) => account.recipient ?? undefined,
      shrink: true,
      wide: true,
    },
    { id: "earned", title: w.earned, cell: amounts(({ earned }) => earned), right: true, wide: true },
    { id: "paid", title: w.paid, cell: amounts(({ paid }) => paid), right: true, wide: true },
    { id: "flight", title: w.inFlight, cell: amounts(({ inFlight }) => inFlight), right: true },
    { id: "available", title: w.available, cell: amounts(({ available }) => available), right: true },
    {
      id: "pay",
      title: w.pay,
      cell: (payee) =>
        payee.balances.some(({ available }) => available.amount > 0) && (
          <Button
            size="compact-sm"
            variant="default"
            aria-label={w.payTo(payeeName(payee, w))}
            onClick={() => pay(payee)}
          >
            {w.pay}
          </Button>
        ),
    },
  ];
}
