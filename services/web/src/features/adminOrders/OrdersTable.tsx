import { useNavigate } from "@tanstack/react-router";
import { PackageOpen, SearchX } from "lucide-react";
import { useMemo, useState } from "react";
import type { Order } from "@/api/schema";
import { adminOrders } from "@/i18n/en/adminOrders";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { DataTable } from "@/ui/DataTable";
import { Empty } from "@/ui/Empty";
import { ButtonLink } from "@/ui/links";
import { AssignDialog } from "./AssignDialog";
import type { ColumnId } from "./columns";
import { narrowing, type OrderFilters } from "./filters";
import { orderColumns } from "./orderColumns";
import { SelectionBar } from "./SelectionBar";

type Props = { filters: OrderFilters; rows: Order[] | undefined; columns: ColumnId[] };

const NOBODY: ReadonlySet<string> = new Set();

/** The table of orders, with a selection that can be given to a worker. Another list or page begins without a selection. */
export function OrdersTable({ filters, rows, columns }: Props) {
  const t = useWords(adminOrders);
  const navigate = useNavigate();
  // The columns have the words of the language.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  const shown = useMemo(() => orderColumns(columns), [columns, t]);
  const [assigning, setAssigning] = useState(false);
  const list = JSON.stringify({ ...filters, columns: undefined });
  const [chosen, setChosen] = useState({ of: list, ids: NOBODY });
  const kept = chosen.of === list ? chosen.ids : NOBODY;
  // Only what can be seen is acted on: rows may have left the list.
  const ids = new Set([...kept].filter((id) => !rows || rows.some((row) => row.id === id)));
  const select = (next: Iterable<string>) => setChosen({ of: list, ids: new Set(next) });
  const numberOf = (id: string) => rows?.find((row) => row.id === id)?.orderNumber ?? id;
  const closeDialog = (left: string[] | null) => {
    setAssigning(false);
    // Those that nobody has got stay selected, for another worker.
    if (left) select(left);
  };
  return (
    <>
      <DataTable
        label={t.ordersTable}
        columns={shown}
        rows={rows}
        id={(order) => order.id}
        name={(order) => order.orderNumber}
        onOpen={({ id }) => void navigate({ to: "/orders/$orderId", params: { orderId: id } })}
        selection={{ ids, onChange: select }}
        expected={12}
        empty={<NoOrders isFiltered={Object.keys(narrowing(filters)).length > 0} />}
      />
      <SelectionBar count={ids.size} onAssign={() => setAssigning(true)} onClear={() => select([])} />
      <AssignDialog opened={assigning} orderIds={[...ids]} numberOf={numberOf} onClose={closeDialog} />
    </>
  );
}

function NoOrders({ isFiltered }: { isFiltered: boolean }) {
  const t = useWords(adminOrders);
  const c = useWords(common);
  if (!isFiltered) return <Empty icon={<PackageOpen />} title={t.noOrders} hint={t.noOrdersHint} />;
  return (
    <Empty
      icon={<SearchX />}
      title={c.noMatch}
      hint={c.noMatchHint}
      action={
        <ButtonLink to="/admin/orders" search={{}} variant="default">
          {c.clearFilters}
        </ButtonLink>
      }
    />
  );
}
