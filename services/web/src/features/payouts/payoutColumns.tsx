import type { Payout } from "@/api/schema";
import type { payouts } from "@/i18n/en/payouts";
import type { Column } from "@/ui/DataTable";
import { money } from "@/ui/format";
import { Ago } from "@/ui/Time";
import { methodName } from "./names";
import { PayoutStamp } from "./PayoutStamp";

type Words = Omit<typeof payouts, "part">;

/** What a payout is, for its worker and for administrators. Reasons have a column only where there is one. */
export function payoutColumns(w: Words, rows: readonly Payout[]): Column<Payout>[] {
  const all: Column<Payout>[] = [
    { id: "amount", title: w.amount, cell: ({ amount }) => money(amount), right: true },
    { id: "state", title: w.state, cell: ({ state }) => <PayoutStamp state={state} /> },
    {
      id: "method",
      title: w.method,
      cell: ({ method, recipient }) => [methodName(method, w), recipient].filter(Boolean).join(", "),
      hint: ({ recipient }) => recipient ?? undefined,
      shrink: true,
      wide: true,
    },
    {
      id: "reference",
      title: w.reference,
      cell: ({ reference }) => reference,
      hint: ({ reference }) => reference ?? undefined,
      shrink: true,
      wide: true,
    },
    {
      id: "reason",
      title: w.reason,
      cell: ({ reason }) => reason,
      hint: ({ reason }) => reason ?? undefined,
      shrink: true,
    },
    { id: "created", title: w.created, cell: ({ createdAt }) => <Ago time={createdAt} /> },
  ];
  const without = new Set<string>();
  if (!rows.some(({ reference }) => reference)) without.add("reference");
  if (!rows.some(({ reason }) => reason)) without.add("reason");
  return all.filter(({ id }) => !without.has(id));
}
