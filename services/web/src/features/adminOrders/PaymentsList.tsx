import { Group, Stack, Text } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { CreditCard } from "lucide-react";
import { api } from "@/api/client";
import type { PaymentWithOrder } from "@/api/schema";
import { adminOrders } from "@/i18n/en/adminOrders";
import { common } from "@/i18n/en/common";
import { useWords, wordsOf } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { type Column, DataTable } from "@/ui/DataTable";
import { Empty } from "@/ui/Empty";
import { ExportMenu } from "@/ui/ExportMenu";
import { FailureNote } from "@/ui/Failure";
import { countSet, Filters } from "@/ui/Filters";
import { money, number } from "@/ui/format";
import { TextLink } from "@/ui/links";
import { NewRows } from "@/ui/NewRows";
import { NoMatch } from "@/ui/NoMatch";
import { Pager } from "@/ui/Pager";
import { PaymentStateStamp } from "@/ui/PaymentStateStamp";
import { providerName } from "@/ui/providers";
import { Ago } from "@/ui/Time";
import { ChoiceFilter } from "./ChoiceFilter";
import { PAYMENT_STATES, type PaymentFilters } from "./filters";
import bar from "./OrderFilterBar.module.css";
import { OrderLookup } from "./OrderLookup";
import { usePayments } from "./usePayments";

type Props = { filters: PaymentFilters; onChange: (filters: PaymentFilters) => void };

/** The payments of all orders. */
export function PaymentsList({ filters, onChange }: Props) {
  const t = useWords(adminOrders);
  const c = useWords(common);
  const navigate = useNavigate();
  const { list, arrived, showArrivals } = usePayments(filters);
  const narrow = (part: PaymentFilters) => onChange({ ...filters, ...part, cursor: undefined });
  const showNew = () => {
    showArrivals();
    if (filters.cursor) narrow({});
  };
  const total = list.data?.total ?? 0;
  const count = t.paymentCount(total, number(total), list.data?.totalIsCapped ?? false);
  return (
    <Stack gap="sm">
      <search className={bar.bar}>
        <OrderLookup orderId={filters.orderId} onChange={(orderId) => narrow({ orderId })} />
        <Filters count={countSet([filters.state])}>
          <ChoiceFilter
            label={c.status}
            values={PAYMENT_STATES}
            names={c.paymentState}
            chosen={filters.state}
            onChange={(state) => narrow({ state })}
          />
        </Filters>
      </search>
      <Group justify="space-between" gap="xs">
        <Text size="sm" c="dimmed" role="status">
          {list.data ? count : list.isPending && c.loading}
        </Text>
        <ExportMenu
          ask={({ format, bom }, how) => {
            const query = { orderId: filters.orderId, state: filters.state, format, bom };
            return api.GET("/api/v1/admin/payments/export", { params: { query }, ...how });
          }}
          what={t.exportList}
        />
      </Group>
      {list.isError && <FailureNote error={list.error} onRetry={() => void list.refetch()} />}
      {(list.data || list.isPending) && (
        <Card flush>
          <NewRows count={arrived} onShow={showNew} />
          <DataTable
            label={t.paymentsTable}
            columns={paymentColumns()}
            rows={list.data?.items}
            id={({ id }) => id}
            name={({ orderNumber }) => orderNumber}
            onOpen={({ orderId }) => void navigate({ to: "/orders/$orderId", params: { orderId } })}
            empty={<NoPayments isFiltered={Boolean(filters.state || filters.orderId)} onClear={() => onChange({})} />}
          />
          <Pager
            cursor={filters.cursor}
            next={list.data?.nextCursor}
            onChange={(cursor) => onChange({ ...filters, cursor })}
          />
        </Card>
      )}
    </Stack>
  );
}

function paymentColumns(): Column<PaymentWithOrder>[] {
  const [t, c] = [wordsOf(adminOrders), wordsOf(common)];
  return [
    {
      id: "order",
      title: c.order,
      cell: ({ orderId, orderNumber }) => (
        <TextLink to="/orders/$orderId" params={{ orderId }} className="code">
          {orderNumber}
        </TextLink>
      ),
    },
    {
      id: "customer",
      title: c.customer,
      cell: ({ order }) => order?.customer.name || order?.customer.email,
      shrink: true,
    },
    {
      id: "provider",
      title: t.provider,
      cell: ({ provider }) => (provider === "MANUAL" ? t.byHand : providerName(provider)),
    },
    { id: "amount", title: t.amount, cell: ({ amount }) => money(amount), right: true },
    { id: "state", title: c.status, cell: ({ state }) => <PaymentStateStamp state={state} /> },
    {
      id: "why",
      title: t.failureReason,
      cell: ({ failureReason }) => failureReason,
      hint: ({ failureReason }) => failureReason ?? undefined,
      grow: true,
    },
    { id: "created", title: t.started, cell: ({ createdAt }) => <Ago time={createdAt} /> },
    { id: "changed", title: c.changed, cell: ({ updatedAt }) => <Ago time={updatedAt} />, wide: true },
  ];
}

function NoPayments({ isFiltered, onClear }: { isFiltered: boolean; onClear: () => void }) {
  const t = useWords(adminOrders);
  if (isFiltered) return <NoMatch onClear={onClear} />;
  return <Empty icon={<CreditCard />} title={t.noPayments} hint={t.noPaymentsHint} />;
}
