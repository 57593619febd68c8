import { Button } from "@mantine/core";
import { ArrowLeft, Inbox, MousePointerClick } from "lucide-react";
import type { ReactNode } from "react";
import type { Order } from "@/api/schema";
import { adminOrders } from "@/i18n/en/adminOrders";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { Empty } from "@/ui/Empty";
import { FailureNote } from "@/ui/Failure";
import { NewRows } from "@/ui/NewRows";
import { Pager } from "@/ui/Pager";
import type { RequestFilters } from "./filters";
import { RequestFilterBar } from "./RequestFilterBar";
import { RequestList } from "./RequestList";
import { RequestSubject } from "./RequestSubject";
import classes from "./RequestsInbox.module.css";
import { useChosen, useRequests } from "./useRequests";

type Props = {
  filters: RequestFilters;
  onChange: (filters: RequestFilters) => void;
  /** The work of the order: what an administrator looks at before the decision. */
  work: (order: Order) => ReactNode;
};

/** The requests, and beside them the chosen one with the work and the decision. On phones one after the other. */
export function RequestsInbox({ filters, onChange, work }: Props) {
  const t = useWords(adminOrders);
  const { list, arrived, showArrivals } = useRequests(filters);
  const rows = list.data?.items;
  const chosen = useChosen(filters.request, rows);
  const choose = (request: string | undefined) => onChange({ ...filters, request });
  const narrow = (next: RequestFilters) => onChange({ ...next, cursor: undefined, request: undefined });
  const showNew = () => {
    showArrivals();
    if (filters.cursor) onChange({ ...filters, cursor: undefined });
  };
  const next = rows?.find(({ id, state }) => state === "PENDING" && id !== chosen?.id);
  return (
    <div className={classes.inbox} data-chosen={filters.request ? true : undefined}>
      <div className={classes.list}>
        <RequestFilterBar filters={filters} onChange={narrow} />
        {list.isError && <FailureNote error={list.error} onRetry={() => void list.refetch()} />}
        {(list.data || list.isPending) && (
          <Card flush>
            <NewRows count={arrived} onShow={showNew} />
            <RequestList rows={rows} chosen={chosen?.id} onChoose={choose} filters={filters} />
            <Pager
              cursor={filters.cursor}
              next={list.data?.nextCursor}
              onChange={(cursor) => onChange({ ...filters, cursor })}
            />
          </Card>
        )}
      </div>
      <div className={classes.panel}>
        {filters.request && (
          <Button
            className={classes.back}
            variant="subtle"
            leftSection={<ArrowLeft size={16} aria-hidden="true" />}
            onClick={() => choose(undefined)}
          >
            {t.toRequests}
          </Button>
        )}
        {chosen ? (
          <RequestSubject
            key={chosen.id}
            request={chosen}
            work={work}
            after={next && <Button onClick={() => choose(next.id)}>{t.nextRequest}</Button>}
          />
        ) : (
          rows && rows.length > 0 && <NoneChosen filters={filters} onChange={onChange} />
        )}
      </div>
    </div>
  );
}

/** Says how to choose, or that the request of the address is not in the list. */
function NoneChosen({ filters, onChange }: Omit<Props, "work">) {
  const t = useWords(adminOrders);
  if (!filters.request) {
    return <Empty icon={<MousePointerClick />} title={t.chooseRequest} hint={t.chooseRequestHint} />;
  }
  const all = (
    <Button
      variant="default"
      onClick={() => onChange({ ...filters, state: "ALL", kind: undefined, cursor: undefined })}
    >
      {t.allRequests}
    </Button>
  );
  return <Empty icon={<Inbox />} title={t.requestNotListed} hint={t.requestNotListedHint} action={all} />;
}
