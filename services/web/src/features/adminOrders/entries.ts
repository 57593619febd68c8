import type { LedgerLine, Money } from "@/api/schema";

/** The lines of one entry of the ledger, as far as they are shown. */
export type Entry = {
  id: string;
  kind: LedgerLine["kind"];
  at: string;
  lines: LedgerLine[];
  /** What the lines add up to by currency: zero in a complete entry. */
  sums: Money[];
  /** Whether debits and credits are equal. */
  balanced: boolean;
  /** Whether lines may be missing: by a filter, or because the page begins or ends within the entry. */
  partial: boolean;
};

type Cut = {
  /** A filter by order or account leaves out lines of the same entry. */
  filtered: boolean;
  /** There is a page before, or after. */
  before: boolean;
  after: boolean;
};

function sumsOf(lines: readonly LedgerLine[]): Money[] {
  const sums = new Map<string, number>();
  for (const { amount } of lines) sums.set(amount.currency, (sums.get(amount.currency) ?? 0) + amount.amount);
  return [...sums].map(([currency, amount]) => ({ amount, currency }));
}

/** Lines by their entries, in the order of the list. Entries at the edges of a page may continue on the next one. */
export function entriesOf(lines: readonly LedgerLine[], cut: Cut): Entry[] {
  const groups = new Map<string, LedgerLine[]>();
  for (const line of lines) {
    const group = groups.get(line.entryId);
    if (group) group.push(line);
    else groups.set(line.entryId, [line]);
  }
  const [first, last] = [lines[0]?.entryId, lines.at(-1)?.entryId];
  return [...groups].flatMap(([id, group]) => {
    const [line] = group;
    if (!line) return [];
    const sums = sumsOf(group);
    const balanced = sums.every(({ amount }) => amount === 0);
    const atEdge = (cut.before && id === first) || (cut.after && id === last);
    const partial = !balanced && (cut.filtered || atEdge);
    return [{ id, kind: line.kind, at: line.at, lines: group, sums, balanced, partial }];
  });
}

/** What an account is: the provider, the worker, or one of the shop's own. */
export type Account =
  | { kind: "orders" | "platform" | "fees" | "payouts" | "receipts" | "other"; name: string }
  | { kind: "provider"; name: string }
  | { kind: "worker"; id: string };

export function accountOf(account: string): Account {
  switch (account) {
    case "orders":
    case "platform":
    case "fees":
    case "payouts":
    case "receipts":
      return { kind: account, name: account };
  }
  const [kind, name = ""] = account.split(":");
  if (kind === "provider") return { kind, name };
  if (kind === "worker") return { kind, id: name };
  return { kind: "other", name: account };
}
