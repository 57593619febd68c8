import { Text } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { History } from "lucide-react";
import { $api } from "@/api/client";
import { refetchSoon } from "@/api/queryClient";
import type { StockMovement } from "@/api/schema";
import { adminCatalogue } from "@/i18n/en/adminCatalogue";
import { common } from "@/i18n/en/common";
import { useWords } from "@/i18n/language";
import { useCatchUp, useLive } from "@/live/useLive";
import { Card } from "@/ui/Card";
import { type Column, DataTable } from "@/ui/DataTable";
import { Empty } from "@/ui/Empty";
import { FailureNote } from "@/ui/Failure";
import { dateTime } from "@/ui/format";
import { TextLink } from "@/ui/links";
import { Pager } from "@/ui/Pager";
import { Actor } from "./Actor";
import { MOVEMENTS } from "./queries";
import { signed } from "./signed";

type Props = { productId: string; cursor: string | undefined; onPage: (cursor: string | undefined) => void };

/** Every change of a product's stock, newest first: what, why, and who. */
export function Movements({ productId, cursor, onPage }: Props) {
  const t = useWords(adminCatalogue);
  const init = { params: { path: { id: productId }, query: { limit: 20, cursor } } };
  const list = $api.useQuery("get", MOVEMENTS, init, { placeholderData: keepPreviousData });
  const columns = useColumns();
  useLive("product:updated", ({ id }) => {
    if (id === productId) refetchSoon(MOVEMENTS);
  });
  useCatchUp(() => refetchSoon(MOVEMENTS));
  return (
    <Card title={t.movements} flush>
      {list.isError && <FailureNote error={list.error} onRetry={() => void list.refetch()} />}
      {(!list.isError || list.data) && (
        <DataTable
          label={t.movements}
          columns={columns}
          rows={list.data?.items}
          id={({ id }) => id}
          name={({ at, kind }) => `${t.movement[kind]}, ${dateTime(at)}`}
          empty={<Empty icon={<History />} title={t.noMovements} hint={t.noMovementsHint} />}
        />
      )}
      <Pager cursor={cursor} next={list.data?.nextCursor} onChange={onPage} />
    </Card>
  );
}

function useColumns(): Column<StockMovement>[] {
  const t = useWords(adminCatalogue);
  const words = useWords(common);
  // The service's own reasons are English.
  const reason = (text: string) => t.ownReasons[text] ?? text;
  return [
    { id: "at", title: words.date, cell: ({ at }) => dateTime(at) },
    {
      id: "kind",
      title: t.movementKind,
      wrap: true,
      cell: ({ kind, reason: text }) => (
        <div>
          {t.movement[kind]}
          {text && (
            <Text size="xs" c="dimmed">
              {reason(text)}
            </Text>
          )}
        </div>
      ),
    },
    { id: "onHand", title: t.onHand, cell: ({ onHandDelta }) => signed(onHandDelta), right: true },
    { id: "reserved", title: t.reserved, cell: ({ reservedDelta }) => signed(reservedDelta), right: true },
    {
      id: "order",
      title: words.order,
      cell: ({ orderId }) =>
        orderId ? (
          <TextLink to="/orders/$orderId" params={{ orderId }}>
            {t.showOrder}
          </TextLink>
        ) : (
          "–"
        ),
    },
    { id: "who", title: t.who, cell: ({ actorId }) => <Actor id={actorId} /> },
  ];
}
