import { Button, Skeleton, VisuallyHidden } from "@mantine/core";
import { ArrowUp } from "lucide-react";
import type { ReactNode } from "react";
import type { Order } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { FailureNote } from "@/ui/Failure";
import { Pager } from "@/ui/Pager";
import { useRowKeys } from "@/ui/useRowKeys";
import { ClaimResults } from "./ClaimResults";
import { claimResults } from "./claimResults";
import type { PoolFilters } from "./filters";
import { goneText } from "./goneText";
import { OrderPreview } from "./OrderPreview";
import { orderName } from "./orderName";
import classes from "./Pool.module.css";
import { PoolEmpty } from "./PoolEmpty";
import { PoolItem } from "./PoolItem";
import { PoolSelection } from "./PoolSelection";
import { claimable, lostSelection, type PoolRow } from "./pool";
import { useClaims } from "./useClaim";
import { usePool } from "./usePool";
import shared from "./Work.module.css";

type Props = {
  filters: PoolFilters;
  /** Changes the address; what is not given stays. */
  onChange: (change: PoolFilters) => void;
  files?: (order: Order) => ReactNode;
};

/** The orders that wait for a worker: look into them, claim one, or many at once. */
export function Pool({ filters, onChange, files }: Props) {
  const { query, state, tell, rows, waiting } = usePool(filters);
  const claims = useClaims(tell);
  const { selected } = state;
  const select = (ids: ReadonlySet<string>) => tell({ kind: "select", ids });
  const toggle = ({ order }: PoolRow) => {
    const ids = new Set(selected);
    if (!ids.delete(order.id)) ids.add(order.id);
    select(ids);
  };
  const look = (order: Order) => onChange({ look: order.id });
  const current = useRowKeys(rows ?? [], {
    onOpen: ({ order }) => look(order),
    onToggle: (row) => !row.gone && toggle(row),
  });
  if (query.isError && !rows) return <FailureNote error={query.error} onRetry={() => void query.refetch()} />;
  const chosen = rows ? claimable(rows, selected) : [];
  return (
    <>
      {claims.data && claims.variables && (
        <ClaimResults
          claimed={claimResults(claims.data.results, claims.variables, state.gone)}
          onClose={() => claims.reset()}
        />
      )}
      {query.isError && <FailureNote error={query.error} onRetry={() => void query.refetch()} />}
      <Card flush>
        <NewOnes count={waiting.length} onShow={() => tell({ kind: "show" })} />
        <Told rows={rows ?? []} selected={selected} />
        {!rows && <PoolSkeleton />}
        {rows?.length === 0 && <PoolEmpty filters={filters} onChange={onChange} />}
        <ul className={shared.rows} aria-busy={query.isPlaceholderData}>
          {rows?.map((row, index) => (
            <PoolItem
              key={row.order.id}
              row={row}
              current={index === current}
              selected={selected.has(row.order.id)}
              onToggle={() => toggle(row)}
              onLook={look}
              tell={tell}
            />
          ))}
        </ul>
        {rows && (
          <PoolSelection
            chosen={chosen}
            missing={query.isPlaceholderData ? 0 : lostSelection(rows, selected)}
            all={rows.filter(({ gone }) => !gone).map(({ order }) => order)}
            claiming={claims.isPending}
            error={claims.error}
            onSelect={select}
            onClaim={() => claims.mutate(chosen)}
          />
        )}
        <Pager
          cursor={filters.cursor}
          next={query.data?.nextCursor}
          onChange={(cursor) => onChange({ cursor, look: undefined })}
        />
      </Card>
      <OrderPreview
        id={filters.look}
        rows={rows ?? []}
        gone={state.gone}
        onClose={() => onChange({ look: undefined })}
        tell={tell}
        files={files}
      />
    </>
  );
}

/** New orders wait above the list, so that it does not jump. */
function NewOnes({ count, onShow }: { count: number; onShow: () => void }) {
  const c = useWords(common);
  return (
    <div role="status" className={count > 0 ? classes.waiting : undefined}>
      {count > 0 && (
        <Button size="xs" radius="xl" leftSection={<ArrowUp size={14} aria-hidden="true" />} onClick={onShow}>
          {c.newRows(count)}
        </Button>
      )}
    </div>
  );
}

/** Reads out what became of the orders that matter to the worker: selected ones, and won ones. */
function Told({ rows, selected }: { rows: readonly PoolRow[]; selected: ReadonlySet<string> }) {
  const said = rows.flatMap(({ order, gone }) =>
    gone && (gone.why === "mine" || selected.has(order.id)) ? [`${orderName(order)}: ${goneText(gone)}`] : [],
  );
  return <VisuallyHidden role="status">{said.join(" ")}</VisuallyHidden>;
}

function PoolSkeleton() {
  return (
    <div>
      {["a", "b", "c", "d", "e"].map((key) => (
        <div key={key} className={classes.item}>
          <Skeleton height="3.2rem" className={classes.told} />
        </div>
      ))}
    </div>
  );
}
