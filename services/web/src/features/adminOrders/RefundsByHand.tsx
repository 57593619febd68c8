import { Stack } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { HandCoins } from "lucide-react";
import { $api } from "@/api/client";
import { refetchSoon } from "@/api/queryClient";
import type { Refund } from "@/api/schema";
import { adminOrders } from "@/i18n/en/adminOrders";
import { common } from "@/i18n/en/common";
import { useWords, wordsOf } from "@/i18n/language";
import { useCatchUp, useLive } from "@/live/useLive";
import { Card } from "@/ui/Card";
import { type Column, DataTable } from "@/ui/DataTable";
import { Empty } from "@/ui/Empty";
import { FailureNote } from "@/ui/Failure";
import { money } from "@/ui/format";
import { TextLink } from "@/ui/links";
import { Pager } from "@/ui/Pager";
import { Ago } from "@/ui/Time";
import { PATHS } from "./acts";
import type { RefundFilters } from "./filters";
import { BY_HAND } from "./views";

type Props = { filters: RefundFilters; onChange: (filters: RefundFilters) => void };

/** The refunds that no provider makes. They are confirmed in their orders. */
export function RefundsByHand({ filters: { cursor }, onChange }: Props) {
  const t = useWords(adminOrders);
  const navigate = useNavigate();
  const query = { ...BY_HAND, cursor, limit: 50 };
  const list = $api.useQuery("get", PATHS.refunds, { params: { query } }, { placeholderData: keepPreviousData });
  useLive("payment:updated", () => refetchSoon(PATHS.refunds));
  useCatchUp(() => refetchSoon(PATHS.refunds));
  const open = ({ orderId }: Refund) => {
    if (orderId) void navigate({ to: "/orders/$orderId", params: { orderId } });
  };
  return (
    <Stack gap="sm">
      {list.isError && <FailureNote error={list.error} onRetry={() => void list.refetch()} />}
      <Card flush>
        <DataTable
          label={t.refundsByHand}
          columns={columns()}
          rows={list.data?.items}
          id={({ id }) => id}
          name={({ orderNumber, id }) => orderNumber ?? id}
          onOpen={open}
          empty={<Empty icon={<HandCoins />} title={t.noRefundsByHand} hint={t.noRefundsByHandHint} />}
        />
        <Pager cursor={cursor} next={list.data?.nextCursor} onChange={(next) => onChange({ cursor: next })} />
      </Card>
    </Stack>
  );
}

function columns(): Column<Refund>[] {
  const [t, c] = [wordsOf(adminOrders), wordsOf(common)];
  return [
    {
      id: "order",
      title: c.order,
      cell: ({ orderId, orderNumber }) =>
        orderId && (
          <TextLink to="/orders/$orderId" params={{ orderId }} className="code">
            {orderNumber}
          </TextLink>
        ),
    },
    { id: "amount", title: t.amount, cell: ({ amount }) => money(amount), right: true },
    { id: "reason", title: t.refundReason, cell: ({ reason }) => reason, grow: true, wrap: true },
    { id: "requested", title: t.requested, cell: ({ createdAt }) => <Ago time={createdAt} /> },
  ];
}
