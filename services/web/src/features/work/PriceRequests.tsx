import { Text } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { Tag } from "lucide-react";
import { $api } from "@/api/client";
import type { Order, QuoteState } from "@/api/schema";
import { common } from "@/i18n/en/common";
import { work } from "@/i18n/en/work";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { type Column, DataTable } from "@/ui/DataTable";
import { Empty } from "@/ui/Empty";
import { FailureNote } from "@/ui/Failure";
import { day, money } from "@/ui/format";
import { TextLink } from "@/ui/links";
import { Pager } from "@/ui/Pager";
import { Stamp, type Tone } from "@/ui/Stamp";
import { Ago } from "@/ui/Time";
import { DueDate } from "./DueDate";
import type { PoolFilters } from "./filters";
import { orderName } from "./orderName";
import { PATHS } from "./paths";
import { usePriceRequestEvents } from "./usePriceRequests";

type Props = {
  filters: PoolFilters;
  onChange: (change: PoolFilters) => void;
  onOpen: (order: Order) => void;
};

const STATES: QuoteState[] = ["REQUESTED", "EXPIRED", "OFFERED"];
const TONES: Record<QuoteState, Tone> = { REQUESTED: "waiting", EXPIRED: "bad", OFFERED: "working", ACCEPTED: "done" };

/** Orders without a price: any worker may offer one. */
export function PriceRequests({ filters, onChange, onOpen }: Props) {
  const t = useWords(work).prices;
  const { q, cursor } = filters;
  const query = { quote: STATES, status: ["PENDING" as const], sort: "OLDEST" as const, q, cursor };
  const list = $api.useQuery("get", PATHS.orders, { params: { query } }, { placeholderData: keepPreviousData });
  usePriceRequestEvents();
  const columns = useColumns();
  if (list.isError && !list.data) return <FailureNote error={list.error} onRetry={() => void list.refetch()} />;
  return (
    <Card flush>
      {list.isError && <FailureNote error={list.error} onRetry={() => void list.refetch()} />}
      <DataTable
        label={t.title}
        columns={columns}
        rows={list.data?.items}
        id={({ id }) => id}
        name={orderName}
        onOpen={onOpen}
        empty={<Empty icon={<Tag aria-hidden="true" />} title={t.empty} hint={t.emptyHint} />}
      />
      <Pager cursor={cursor} next={list.data?.nextCursor} onChange={(next) => onChange({ cursor: next })} />
    </Card>
  );
}

function useColumns(): Column<Order>[] {
  const c = useWords(common);
  const t = useWords(work).prices;
  return [
    {
      id: "order",
      title: c.order,
      cell: (order) => (
        <div>
          <TextLink to="/orders/$orderId" params={{ orderId: order.id }} fw={600}>
            {orderName(order)}
          </TextLink>
          <Text size="sm" c="dimmed" className="code">
            {order.orderNumber}
          </Text>
        </div>
      ),
    },
    { id: "customer", title: c.customer, cell: ({ customer }) => customer.name },
    { id: "wanted", title: t.wanted, cell: ({ estimatedCompletion }) => <DueDate time={estimatedCompletion} /> },
    { id: "asked", title: t.asked, cell: ({ createdAt }) => <Ago time={createdAt} /> },
    { id: "state", title: c.status, cell: (order) => <QuoteStamp order={order} /> },
  ];
}

/** The state of a request for a price, with the offer if there is one. */
function QuoteStamp({ order }: { order: Order }) {
  const t = useWords(work).prices;
  const { quote } = order;
  if (!quote) return null;
  const { state, total, validUntil, offeredBy } = quote;
  return (
    <div>
      <Stamp tone={TONES[state]}>{t.states[state]}</Stamp>
      {state === "OFFERED" && total && validUntil && (
        <Text size="sm" c="dimmed">
          {t.offered(money(total), day(validUntil), offeredBy?.name ?? "")}
        </Text>
      )}
    </div>
  );
}
