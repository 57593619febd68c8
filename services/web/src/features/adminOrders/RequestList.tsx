import { Skeleton, Text, UnstyledButton } from "@mantine/core";
import { CheckCheck, SearchX } from "lucide-react";
import { useEffect, useRef } from "react";
import type { ChangeRequestWithOrder } from "@/api/schema";
import { adminOrders } from "@/i18n/en/adminOrders";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { Empty } from "@/ui/Empty";
import { shortId } from "@/ui/names";
import { Ago } from "@/ui/Time";
import { useRowKeys } from "@/ui/useRowKeys";
import type { RequestFilters } from "./filters";
import { contents } from "./orderColumns";
import classes from "./RequestList.module.css";
import { RequestStamp } from "./RequestStamp";

type Props = {
  rows: ChangeRequestWithOrder[] | undefined;
  chosen: string | undefined;
  onChoose: (id: string) => void;
  filters: RequestFilters;
};

/** The requests as a list: J and K move, Enter chooses. */
export function RequestList({ rows, chosen, onChoose, filters }: Props) {
  const t = useWords(adminOrders);
  const current = useRowKeys(rows ?? [], { onOpen: ({ id }) => onChoose(id) });
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    if (current >= 0) list.current?.children[current]?.scrollIntoView({ block: "nearest" });
  }, [current]);
  if (rows?.length === 0) return <NoRequests filters={filters} />;
  return (
    <ul ref={list} className={classes.list} aria-label={t.requestsList} aria-busy={!rows}>
      {rows
        ? rows.map((row, index) => (
            <li key={row.id} data-current={index === current || undefined}>
              <UnstyledButton
                className={classes.row}
                aria-current={row.id === chosen ? "true" : undefined}
                onClick={() => onChoose(row.id)}
              >
                <RequestRow row={row} />
              </UnstyledButton>
            </li>
          ))
        : Array.from({ length: 6 }, (_, index) => (
            <li key={index} className={classes.row}>
              <Skeleton height="3.9rem" />
            </li>
          ))}
    </ul>
  );
}

function RequestRow({ row }: { row: ChangeRequestWithOrder }) {
  const t = useWords(adminOrders);
  const c = useWords(common);
  return (
    <>
      <span className={classes.head}>
        <span className={classes.kind}>{c.requestKind[row.kind]}</span>
        {row.state === "PENDING" ? (
          <Text span size="xs" c="dimmed">
            <Ago time={row.createdAt} />
          </Text>
        ) : (
          <RequestStamp state={row.state} />
        )}
      </span>
      <span className={classes.line}>
        <span className="code">{row.order?.orderNumber ?? t.orderOf(shortId(row.orderId))}</span>{" "}
        {row.order && contents(row.order)}
      </span>
      <span className={classes.line}>
        <Text span size="sm" c="dimmed">
          {row.requestedBy?.name ?? t.somebody}: {row.reason}
        </Text>
      </span>
    </>
  );
}

function NoRequests({ filters }: { filters: RequestFilters }) {
  const t = useWords(adminOrders);
  const c = useWords(common);
  const isQueue = !filters.kind && (filters.state ?? "PENDING") === "PENDING";
  if (isQueue) return <Empty icon={<CheckCheck />} title={t.noRequests} hint={t.noRequestsHint} />;
  return <Empty icon={<SearchX />} title={c.noMatch} hint={c.noMatchHint} />;
}
